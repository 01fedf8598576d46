"""What a machine looks for on a paper, as a notice has it."""

from __future__ import annotations

from pydantic import StrictBool

from zhicheng.campaigns.vocabulary import NoticePart, Words


class Reads(NoticePart):
    """What a machine looks for in the text of a paper. It only ever advises, and what it could not read well says nothing.

    A page with one of ``title`` on it is this paper. Without, one of ``never`` makes it another paper, and so does the lack of all of
    ``words``. ``names_person``: it carries the applicant's name or identity number; ``names_year``: the year of its slot;
    ``valid_until``: words behind which the last day it is valid stands (S-52, S-54); where the word itself does not say that it is the last
    one (聘期, 合同期限), only a day behind 至 or before 止 is. ``sealed``: a red or electronic seal has to be on it; ``signed``: words (签名, 签字) at which a
    name has to be written by hand.
    """

    title: tuple[Words, ...] = ()
    words: tuple[Words, ...] = ()
    never: tuple[Words, ...] = ()
    names_person: StrictBool = False
    names_year: StrictBool = False
    valid_until: tuple[Words, ...] = ()
    sealed: StrictBool = False
    signed: tuple[Words, ...] = ()
