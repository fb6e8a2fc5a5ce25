// Sources of Metering.
