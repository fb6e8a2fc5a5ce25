// Tests of PacketDecoding.
