"""How hypothesis runs: the same examples in every run, however slow the machine is."""

from hypothesis import HealthCheck, settings

# A run fails for a change of the code and for nothing else.
STABLE = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# For tests that say nothing else.
settings.register_profile("stable", STABLE)
settings.load_profile("stable")
