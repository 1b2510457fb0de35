"""How is the shop doing? Business advisor pages over the metric registry."""
