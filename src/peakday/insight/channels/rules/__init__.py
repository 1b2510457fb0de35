"""Which policies turn a channel's rows into one calibre?"""
