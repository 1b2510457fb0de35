"""Through which pages do people see a shop's consumers?"""
