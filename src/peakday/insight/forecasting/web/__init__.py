"""Which doors does forecasting have?"""
