"""When does a sale event sell what, who takes part with what, and how does one leave it?"""
