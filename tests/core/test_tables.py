"""Tables of figures that Python writes."""

from core.tables import Column, Table


def test_a_table_tells_each_cell_as_text_under_its_label():
    """A name that looks like markup stays a name."""
    columns = [Column("Kind", lambda row: row["kind"], is_number=False), Column("A & B", lambda row: row["hours"])]
    told = str(Table(Column("Who", lambda row: row["who"]), columns, [{"who": "<b>", "kind": '"', "hours": 7}]))
    assert told == (
        '<thead><tr><th scope="col">Who</th><th scope="col">Kind</th><th scope="col" class="t-num">A &amp; B</th></tr>'
        '</thead><tbody><tr><th scope="row">&lt;b&gt;</th><td data-label="Kind">&quot;</td>'
        '<td class="t-num" data-label="A &amp; B">7</td></tr></tbody>'
    )
