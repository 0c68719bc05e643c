"""Versions of the first format named contexts, outcomes and sections by bare keys; now their names stand there."""

from typing import Any

from django.db import migrations

from audit.acting import System, acting

# Danish, Swedish, English.
NAMES: dict[str, dict[str, tuple[str, str, str]]] = {
    "contexts": {
        "active_offer": ("Aktivt tilbud", "Aktivt erbjudande (dansk ordning)", "Active offer"),
        "pre_rehabilitation": ("Forrevalidering", "Förrehabilitering (dansk ordning)", "Pre-rehabilitation"),
        "job_clarification": ("Jobafklaringsforløb", "Arbetsklargörande (dansk ordning)", "Job clarification"),
        "resource_programme": ("Ressourceforløb", "Resursinsats (dansk ordning)", "Resource programme"),
    },
    "outcomes": {
        "job": ("Ordinært job", "Arbete", "Job"),
        "wage_subsidy": ("Løntilskud", "Lönebidrag eller subventionerad anställning", "Job with wage subsidy"),
        "flexible_job": ("Fleksjob", "Flexjobb (dansk ordning)", "Flexible job"),
        "education": ("Uddannelse", "Studier", "Education"),
        "next_programme": ("Videre i næste forløb", "Vidare till nästa insats", "On to the next programme"),
        "rehab_team": (
            "Indstillet til rehabiliteringsteamet",
            "Till samordnad bedömning",
            "To the rehabilitation team",
        ),
        "other_support": ("Anden forsørgelse", "Annan försörjning", "Other support"),
        "pension_clarification": (
            "Førtidspensionsafklaring",
            "Utredning om sjukersättning",
            "Disability-pension clarification",
        ),
        "maintained": ("Fastholdte kompetencer", "Bibehållna förmågor", "Maintained skills"),
        "interrupted": ("Afbrudt", "Avbruten", "Interrupted"),
        "unknown": ("Ikke oplyst", "Okänt", "Unknown"),
    },
    "closing_note_sections": {
        "content": ("Forløbets indhold", "Insatsens innehåll", "Course and content"),
        "attendance": ("Fremmøde", "Närvaro", "Attendance"),
        "goals": ("Mål og progression", "Mål och stegförflyttning", "Goals and progression"),
        "resources": ("Ressourcer", "Resurser", "Resources"),
        "opportunities": ("Udviklingsmuligheder", "Utvecklingsmöjligheter", "Development opportunities"),
        "accommodations": ("Skånehensyn", "Anpassningar", "Accommodations"),
        "recommendation": ("Anbefaling", "Rekommendation", "Recommendation"),
    },
}
SECTIONS: dict[str, dict[str, bool]] = {
    "content": {"when_interrupted": True},
    "recommendation": {"when_interrupted": True},
    "accommodations": {"is_required": False},
}
# What met a requirement was known by its key (P9).
MET_BY: dict[str, dict[str, Any]] = {
    "start_meeting": {"met_by": "meeting:start", "due": {"days_after_start": 0}},
    "closing_meeting_agreed_at_start": {"met_by": "meeting_agreed:closing", "due": {"days_after_start": 7}},
    "plan": {"met_by": "plan"},
    "closing_note": {"met_by": "closing_note", "due": {"days_before_end": 0}},
}


def name_the_parts(apps: Any, schema_editor: Any) -> None:
    types = apps.get_model("programmes", "ProgrammeType")
    with acting(System("migration")):
        for one in types.objects.all():
            written = one.definition
            one.definition = in_second_format(written)
            if one.definition != written:
                one.save(update_fields=["definition"])


def in_second_format(written: dict[str, Any]) -> dict[str, Any]:
    """The same type with named parts; one that has them already stays as it is."""
    named = {key: value for key, value in written.items() if key != "optional"}
    for part, names in NAMES.items():
        keys = named.get(part) or (list(names) if part == "closing_note_sections" else [])
        named[part] = [part_of(key, names.get(key)) if isinstance(key, str) else key for key in keys]
    named["required"] = [MET_BY.get(one["key"], {}) | one for one in named.get("required", [])]
    named["legal_basis"] = {"text": (named.get("legal_basis") or {}).get("text")}
    form = (named.get("follow_up") or {}).get("form")
    if isinstance(form, str):
        words = {"form": dict.fromkeys(("da", "sv", "en"), form)} if form else {}
        named["follow_up"] = {key: value for key, value in named["follow_up"].items() if key != "form"} | words
    return named


def part_of(key: str, words: tuple[str, str, str] | None) -> dict[str, Any]:
    words = words or (key, key, key)
    return {"key": key, "name": dict(zip(("da", "sv", "en"), words, strict=True)), **SECTIONS.get(key, {})}


class Migration(migrations.Migration):
    dependencies = [("programmes", "0007_activities"), ("audit", "0002_history")]
    operations = [migrations.RunPython(name_the_parts, migrations.RunPython.noop)]
