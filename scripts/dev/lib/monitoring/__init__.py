"""What operators watch, made from one list: alert rules, CloudWatch alarms, the Grafana dashboard.

Knows: `alerts.py` is the list of what should wake somebody, `conditions.py` says each condition in the
languages of Prometheus and of CloudWatch, and `upload_panels.py` and
`service_panels.py` are the dashboard's lists. The other modules write them down.
"""
