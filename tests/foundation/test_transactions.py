import pytest

from zhicheng.foundation.transactions import NotInTransaction, require_transaction


@pytest.mark.django_db(transaction=True)
def test_require_transaction_names_the_caller_outside_of_one() -> None:
    with pytest.raises(NotInTransaction, match=r"ledger\.record\(\) must be called inside"):
        require_transaction("ledger.record()")


@pytest.mark.django_db
def test_require_transaction_is_content_inside_of_one() -> None:
    require_transaction("ledger.record()")
