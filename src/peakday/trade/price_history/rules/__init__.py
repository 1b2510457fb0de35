"""Which policies judge prices of the past? One a file, pure: values in, values out."""
