"""How hypothesis runs: the same examples in every run."""

from hypothesis import HealthCheck, settings

# A run fails for a change of the code and for nothing else.
STABLE = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
