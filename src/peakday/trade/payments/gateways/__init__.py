"""Who moves money outside the house? A protocol, and one file a provider; the sandbox moves none and says so."""

from peakday.trade.payments.gateways.sandbox import SANDBOX

HOUSE = "house"  # no gateway: what cards cover wholly, which the house settles itself
GATEWAY_NAMES = frozenset({SANDBOX})
SIMULATED_NAMES = frozenset({SANDBOX, HOUSE})  # those that move no real money
