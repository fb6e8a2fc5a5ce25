// Sources of Alerting.
