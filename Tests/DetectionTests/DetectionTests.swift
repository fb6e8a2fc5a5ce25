// Tests of Detection.
