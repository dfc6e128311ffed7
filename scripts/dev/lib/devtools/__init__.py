"""Tools for developing upload-service: a real object store on this computer, and commands around it.

The service itself never imports them; the scripts beside this folder and the tests do.
"""
