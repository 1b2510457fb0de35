"""Where is each figure defined? One file a page of the advisor; `registry` gathers them."""
