"""What happens without a visitor? The worker delivers news, runs jobs and does periodic duties."""
