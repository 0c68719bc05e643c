import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("value", ['"abcdefghijkl\\000mnopqrstuvwxyz"', "æøå", "", "'; --", "a" * 5000])
def test_a_session_cookie_that_cannot_be_one_is_nobody_s(client, value):
    """T21"""
    answer = client.get("/", headers={"cookie": f"sessionid={value}"})
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/"
