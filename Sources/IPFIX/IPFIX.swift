// Sources of IPFIX.
