"""What no single value of a campaign file can decide: whether its parts fit together. Reasons in Chinese, with the place."""

from zhicheng.campaigns.consistency import catalogue, materials, papers, round  # noqa: F401 - importing registers the comparisons
from zhicheng.campaigns.consistency.kit import compare, did_you_mean

__all__ = ["compare", "did_you_mean"]
