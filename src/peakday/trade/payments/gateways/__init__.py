"""Who moves money outside the house? A protocol, and one file a provider; the sandbox moves none and says so."""

from peakday.trade.payments.gateways.sandbox import SANDBOX

GATEWAY_NAMES = frozenset({SANDBOX})
SIMULATED_NAMES = frozenset({SANDBOX})  # those that move no real money
