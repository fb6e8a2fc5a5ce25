// Sources of Telemetry.
