from zhicheng.foundation.ids import ALPHABET, new_error_id


def test_error_id_is_eight_characters_that_cannot_be_confused() -> None:
    seen = {new_error_id() for _ in range(2000)}
    assert len(seen) == 2000
    assert {len(one) for one in seen} == {8}
    assert set("".join(seen)) <= set(ALPHABET)
    assert not set("01OILUV") & set(ALPHABET)
