"""Which policies decide about stock?"""
