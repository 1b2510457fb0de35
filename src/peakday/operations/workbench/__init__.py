"""What must a shop's people do now, what were they told, and where do they find the tools of the service hall?"""
