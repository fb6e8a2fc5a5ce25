// Tests of IPFIX.
