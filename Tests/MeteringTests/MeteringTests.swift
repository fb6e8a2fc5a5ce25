// Tests of Metering.
