"""What follows from the text of a paper: that it is another paper, another person's, of another year, or no longer valid (S-24, S-52, S-54, S-57,
S-60). Advice alone. What could not be read well says nothing: not known is not wrong.
"""

from zhicheng.campaigns.rules.reading.judging import ABSENT, Expected, Judged, judge
from zhicheng.campaigns.rules.reading.noticed import Noticed

__all__ = ["ABSENT", "Expected", "Judged", "Noticed", "judge"]
