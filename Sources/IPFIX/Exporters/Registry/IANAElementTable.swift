// Made by `generate`; do not edit.

/// IANA's «IPFIX Information Elements» of 2026-07-22, an element a line: `ElementRegistry` says how to read it.
enum IANAElementTable {
    static let text = """
        0 1 octetDeltaCount unsigned64 deltaCounter octets
        0 2 packetDeltaCount unsigned64 deltaCounter packets
        0 3 deltaFlowCount unsigned64 deltaCounter flows
        0 4 protocolIdentifier unsigned8 identifier
        0 5 ipClassOfService unsigned8 identifier
        0 6 tcpControlBits unsigned16 flags
        0 7 sourceTransportPort unsigned16 identifier
        0 8 sourceIPv4Address ipv4Address default
        0 9 sourceIPv4PrefixLength unsigned8 default bits
        0 10 ingressInterface unsigned32 identifier
        0 11 destinationTransportPort unsigned16 identifier
        0 12 destinationIPv4Address ipv4Address default
        0 13 destinationIPv4PrefixLength unsigned8 default bits
        0 14 egressInterface unsigned32 identifier
        0 15 ipNextHopIPv4Address ipv4Address default
        0 16 bgpSourceAsNumber unsigned32 identifier
        0 17 bgpDestinationAsNumber unsigned32 identifier
        0 18 bgpNextHopIPv4Address ipv4Address default
        0 19 postMCastPacketDeltaCount unsigned64 deltaCounter packets
        0 20 postMCastOctetDeltaCount unsigned64 deltaCounter octets
        0 21 flowEndSysUpTime unsigned32 default milliseconds
        0 22 flowStartSysUpTime unsigned32 default milliseconds
        0 23 postOctetDeltaCount unsigned64 deltaCounter octets
        0 24 postPacketDeltaCount unsigned64 deltaCounter packets
        0 25 minimumIpTotalLength unsigned64 default octets
        0 26 maximumIpTotalLength unsigned64 default octets
        0 27 sourceIPv6Address ipv6Address default
        0 28 destinationIPv6Address ipv6Address default
        0 29 sourceIPv6PrefixLength unsigned8 default bits
        0 30 destinationIPv6PrefixLength unsigned8 default bits
        0 31 flowLabelIPv6 unsigned32 identifier
        0 32 icmpTypeCodeIPv4 unsigned16 identifier
        0 33 igmpType unsigned8 identifier
        0 34 samplingInterval unsigned32 quantity packets
        0 35 samplingAlgorithm unsigned8 identifier
        0 36 flowActiveTimeout unsigned16 default seconds
        0 37 flowIdleTimeout unsigned16 default seconds
        0 38 engineType unsigned8 identifier
        0 39 engineId unsigned8 identifier
        0 40 exportedOctetTotalCount unsigned64 totalCounter octets
        0 41 exportedMessageTotalCount unsigned64 totalCounter messages
        0 42 exportedFlowRecordTotalCount unsigned64 totalCounter flows
        0 43 ipv4RouterSc ipv4Address default
        0 44 sourceIPv4Prefix ipv4Address default
        0 45 destinationIPv4Prefix ipv4Address default
        0 46 mplsTopLabelType unsigned8 identifier
        0 47 mplsTopLabelIPv4Address ipv4Address default
        0 48 samplerId unsigned8 identifier
        0 49 samplerMode unsigned8 identifier
        0 50 samplerRandomInterval unsigned32 quantity
        0 51 classId unsigned8 identifier
        0 52 minimumTTL unsigned8 default hops
        0 53 maximumTTL unsigned8 default hops
        0 54 fragmentIdentification unsigned32 identifier
        0 55 postIpClassOfService unsigned8 identifier
        0 56 sourceMacAddress macAddress default
        0 57 postDestinationMacAddress macAddress default
        0 58 vlanId unsigned16 identifier
        0 59 postVlanId unsigned16 identifier
        0 60 ipVersion unsigned8 identifier
        0 61 flowDirection unsigned8 identifier
        0 62 ipNextHopIPv6Address ipv6Address default
        0 63 bgpNextHopIPv6Address ipv6Address default
        0 64 ipv6ExtensionHeaders unsigned32 flags
        0 70 mplsTopLabelStackSection octetArray default
        0 71 mplsLabelStackSection2 octetArray default
        0 72 mplsLabelStackSection3 octetArray default
        0 73 mplsLabelStackSection4 octetArray default
        0 74 mplsLabelStackSection5 octetArray default
        0 75 mplsLabelStackSection6 octetArray default
        0 76 mplsLabelStackSection7 octetArray default
        0 77 mplsLabelStackSection8 octetArray default
        0 78 mplsLabelStackSection9 octetArray default
        0 79 mplsLabelStackSection10 octetArray default
        0 80 destinationMacAddress macAddress default
        0 81 postSourceMacAddress macAddress default
        0 82 interfaceName string default
        0 83 interfaceDescription string default
        0 84 samplerName string
        0 85 octetTotalCount unsigned64 totalCounter octets
        0 86 packetTotalCount unsigned64 totalCounter packets
        0 87 flagsAndSamplerId unsigned32 identifier
        0 88 fragmentOffset unsigned16 quantity
        0 89 forwardingStatus unsigned32 identifier
        0 90 mplsVpnRouteDistinguisher octetArray default
        0 91 mplsTopLabelPrefixLength unsigned8 quantity bits
        0 92 srcTrafficIndex unsigned32 identifier
        0 93 dstTrafficIndex unsigned32 identifier
        0 94 applicationDescription string default
        0 95 applicationId octetArray default
        0 96 applicationName string default
        0 98 postIpDiffServCodePoint unsigned8 identifier
        0 99 multicastReplicationFactor unsigned32 quantity
        0 100 className string
        0 101 classificationEngineId unsigned8 identifier
        0 102 layer2packetSectionOffset unsigned16 quantity
        0 103 layer2packetSectionSize unsigned16 quantity
        0 104 layer2packetSectionData octetArray
        0 128 bgpNextAdjacentAsNumber unsigned32 identifier
        0 129 bgpPrevAdjacentAsNumber unsigned32 identifier
        0 130 exporterIPv4Address ipv4Address default
        0 131 exporterIPv6Address ipv6Address default
        0 132 droppedOctetDeltaCount unsigned64 deltaCounter octets
        0 133 droppedPacketDeltaCount unsigned64 deltaCounter packets
        0 134 droppedOctetTotalCount unsigned64 totalCounter octets
        0 135 droppedPacketTotalCount unsigned64 totalCounter packets
        0 136 flowEndReason unsigned8 identifier
        0 137 commonPropertiesId unsigned64 identifier
        0 138 observationPointId unsigned64 identifier
        0 139 icmpTypeCodeIPv6 unsigned16 identifier
        0 140 mplsTopLabelIPv6Address ipv6Address default
        0 141 lineCardId unsigned32 identifier
        0 142 portId unsigned32 identifier
        0 143 meteringProcessId unsigned32 identifier
        0 144 exportingProcessId unsigned32 identifier
        0 145 templateId unsigned16 identifier
        0 146 wlanChannelId unsigned8 identifier
        0 147 wlanSSID string default
        0 148 flowId unsigned64 identifier
        0 149 observationDomainId unsigned32 identifier
        0 150 flowStartSeconds dateTimeSeconds default seconds
        0 151 flowEndSeconds dateTimeSeconds default seconds
        0 152 flowStartMilliseconds dateTimeMilliseconds default milliseconds
        0 153 flowEndMilliseconds dateTimeMilliseconds default milliseconds
        0 154 flowStartMicroseconds dateTimeMicroseconds default microseconds
        0 155 flowEndMicroseconds dateTimeMicroseconds default microseconds
        0 156 flowStartNanoseconds dateTimeNanoseconds default nanoseconds
        0 157 flowEndNanoseconds dateTimeNanoseconds default nanoseconds
        0 158 flowStartDeltaMicroseconds unsigned32 default microseconds
        0 159 flowEndDeltaMicroseconds unsigned32 default microseconds
        0 160 systemInitTimeMilliseconds dateTimeMilliseconds default milliseconds
        0 161 flowDurationMilliseconds unsigned32 default milliseconds
        0 162 flowDurationMicroseconds unsigned32 default microseconds
        0 163 observedFlowTotalCount unsigned64 totalCounter flows
        0 164 ignoredPacketTotalCount unsigned64 totalCounter packets
        0 165 ignoredOctetTotalCount unsigned64 totalCounter octets
        0 166 notSentFlowTotalCount unsigned64 totalCounter flows
        0 167 notSentPacketTotalCount unsigned64 totalCounter packets
        0 168 notSentOctetTotalCount unsigned64 totalCounter octets
        0 169 destinationIPv6Prefix ipv6Address default
        0 170 sourceIPv6Prefix ipv6Address default
        0 171 postOctetTotalCount unsigned64 totalCounter octets
        0 172 postPacketTotalCount unsigned64 totalCounter packets
        0 173 flowKeyIndicator unsigned64 flags
        0 174 postMCastPacketTotalCount unsigned64 totalCounter packets
        0 175 postMCastOctetTotalCount unsigned64 totalCounter octets
        0 176 icmpTypeIPv4 unsigned8 identifier
        0 177 icmpCodeIPv4 unsigned8 identifier
        0 178 icmpTypeIPv6 unsigned8 identifier
        0 179 icmpCodeIPv6 unsigned8 identifier
        0 180 udpSourcePort unsigned16 identifier
        0 181 udpDestinationPort unsigned16 identifier
        0 182 tcpSourcePort unsigned16 identifier
        0 183 tcpDestinationPort unsigned16 identifier
        0 184 tcpSequenceNumber unsigned32
        0 185 tcpAcknowledgementNumber unsigned32
        0 186 tcpWindowSize unsigned16
        0 187 tcpUrgentPointer unsigned16
        0 188 tcpHeaderLength unsigned8 default octets
        0 189 ipHeaderLength unsigned8 default octets
        0 190 totalLengthIPv4 unsigned16 default octets
        0 191 payloadLengthIPv6 unsigned16 default octets
        0 192 ipTTL unsigned8 default hops
        0 193 nextHeaderIPv6 unsigned8
        0 194 mplsPayloadLength unsigned32 default octets
        0 195 ipDiffServCodePoint unsigned8 identifier
        0 196 ipPrecedence unsigned8 identifier
        0 197 fragmentFlags unsigned8 flags
        0 198 octetDeltaSumOfSquares unsigned64
        0 199 octetTotalSumOfSquares unsigned64 default octets
        0 200 mplsTopLabelTTL unsigned8 default hops
        0 201 mplsLabelStackLength unsigned32 default octets
        0 202 mplsLabelStackDepth unsigned32 default entries
        0 203 mplsTopLabelExp unsigned8 flags
        0 204 ipPayloadLength unsigned32 default octets
        0 205 udpMessageLength unsigned16 default octets
        0 206 isMulticast unsigned8 flags
        0 207 ipv4IHL unsigned8 default 4-octet-words
        0 208 ipv4Options unsigned32 flags
        0 209 tcpOptions unsigned64 flags
        0 210 paddingOctets octetArray default
        0 211 collectorIPv4Address ipv4Address default
        0 212 collectorIPv6Address ipv6Address default
        0 213 exportInterface unsigned32 identifier
        0 214 exportProtocolVersion unsigned8 identifier
        0 215 exportTransportProtocol unsigned8 identifier
        0 216 collectorTransportPort unsigned16 identifier
        0 217 exporterTransportPort unsigned16 identifier
        0 218 tcpSynTotalCount unsigned64 totalCounter packets
        0 219 tcpFinTotalCount unsigned64 totalCounter packets
        0 220 tcpRstTotalCount unsigned64 totalCounter packets
        0 221 tcpPshTotalCount unsigned64 totalCounter packets
        0 222 tcpAckTotalCount unsigned64 totalCounter packets
        0 223 tcpUrgTotalCount unsigned64 totalCounter packets
        0 224 ipTotalLength unsigned64 default octets
        0 225 postNATSourceIPv4Address ipv4Address default
        0 226 postNATDestinationIPv4Address ipv4Address default
        0 227 postNAPTSourceTransportPort unsigned16 identifier
        0 228 postNAPTDestinationTransportPort unsigned16 identifier
        0 229 natOriginatingAddressRealm unsigned8 identifier
        0 230 natEvent unsigned8 identifier
        0 231 initiatorOctets unsigned64 deltaCounter octets
        0 232 responderOctets unsigned64 deltaCounter octets
        0 233 firewallEvent unsigned8
        0 234 ingressVRFID unsigned32
        0 235 egressVRFID unsigned32
        0 236 VRFname string default
        0 237 postMplsTopLabelExp unsigned8 flags
        0 238 tcpWindowScale unsigned16
        0 239 biflowDirection unsigned8 identifier
        0 240 ethernetHeaderLength unsigned8 quantity octets
        0 241 ethernetPayloadLength unsigned16 quantity octets
        0 242 ethernetTotalLength unsigned16 quantity octets
        0 243 dot1qVlanId unsigned16 identifier
        0 244 dot1qPriority unsigned8 identifier
        0 245 dot1qCustomerVlanId unsigned16 identifier
        0 246 dot1qCustomerPriority unsigned8 identifier
        0 247 metroEvcId string default
        0 248 metroEvcType unsigned8 identifier
        0 249 pseudoWireId unsigned32 identifier
        0 250 pseudoWireType unsigned16 identifier
        0 251 pseudoWireControlWord unsigned32 identifier
        0 252 ingressPhysicalInterface unsigned32 identifier
        0 253 egressPhysicalInterface unsigned32 identifier
        0 254 postDot1qVlanId unsigned16 identifier
        0 255 postDot1qCustomerVlanId unsigned16 identifier
        0 256 ethernetType unsigned16 identifier
        0 257 postIpPrecedence unsigned8 identifier
        0 258 collectionTimeMilliseconds dateTimeMilliseconds default milliseconds
        0 259 exportSctpStreamId unsigned16 identifier
        0 260 maxExportSeconds dateTimeSeconds default seconds
        0 261 maxFlowEndSeconds dateTimeSeconds default seconds
        0 262 messageMD5Checksum octetArray default
        0 263 messageScope unsigned8
        0 264 minExportSeconds dateTimeSeconds default seconds
        0 265 minFlowStartSeconds dateTimeSeconds default seconds
        0 266 opaqueOctets octetArray default
        0 267 sessionScope unsigned8
        0 268 maxFlowEndMicroseconds dateTimeMicroseconds default microseconds
        0 269 maxFlowEndMilliseconds dateTimeMilliseconds default milliseconds
        0 270 maxFlowEndNanoseconds dateTimeNanoseconds default nanoseconds
        0 271 minFlowStartMicroseconds dateTimeMicroseconds default microseconds
        0 272 minFlowStartMilliseconds dateTimeMilliseconds default milliseconds
        0 273 minFlowStartNanoseconds dateTimeNanoseconds default nanoseconds
        0 274 collectorCertificate octetArray default
        0 275 exporterCertificate octetArray default
        0 276 dataRecordsReliability boolean default
        0 277 observationPointType unsigned8 identifier
        0 278 newConnectionDeltaCount unsigned32 deltaCounter
        0 279 connectionSumDurationSeconds unsigned64 default seconds
        0 280 connectionTransactionId unsigned64 identifier
        0 281 postNATSourceIPv6Address ipv6Address default
        0 282 postNATDestinationIPv6Address ipv6Address default
        0 283 natPoolId unsigned32 identifier
        0 284 natPoolName string default
        0 285 anonymizationFlags unsigned16 flags
        0 286 anonymizationTechnique unsigned16 identifier
        0 287 informationElementIndex unsigned16 identifier
        0 288 p2pTechnology string default
        0 289 tunnelTechnology string default
        0 290 encryptedTechnology string default
        0 291 basicList basicList list
        0 292 subTemplateList subTemplateList list
        0 293 subTemplateMultiList subTemplateMultiList list
        0 294 bgpValidityState unsigned8 identifier
        0 295 IPSecSPI unsigned32 identifier
        0 296 greKey unsigned32 identifier
        0 297 natType unsigned8 identifier
        0 298 initiatorPackets unsigned64 deltaCounter packets
        0 299 responderPackets unsigned64 deltaCounter packets
        0 300 observationDomainName string default
        0 301 selectionSequenceId unsigned64 identifier
        0 302 selectorId unsigned64 identifier
        0 303 informationElementId unsigned16 identifier
        0 304 selectorAlgorithm unsigned16 identifier
        0 305 samplingPacketInterval unsigned32 quantity packets
        0 306 samplingPacketSpace unsigned32 quantity packets
        0 307 samplingTimeInterval unsigned32 quantity microseconds
        0 308 samplingTimeSpace unsigned32 quantity microseconds
        0 309 samplingSize unsigned32 quantity packets
        0 310 samplingPopulation unsigned32 quantity packets
        0 311 samplingProbability float64 quantity
        0 312 dataLinkFrameSize unsigned16 quantity
        0 313 ipHeaderPacketSection octetArray default
        0 314 ipPayloadPacketSection octetArray default
        0 315 dataLinkFrameSection octetArray default
        0 316 mplsLabelStackSection octetArray default
        0 317 mplsPayloadPacketSection octetArray default
        0 318 selectorIdTotalPktsObserved unsigned64 totalCounter packets
        0 319 selectorIdTotalPktsSelected unsigned64 totalCounter packets
        0 320 absoluteError float64 quantity inferred
        0 321 relativeError float64 quantity
        0 322 observationTimeSeconds dateTimeSeconds default seconds
        0 323 observationTimeMilliseconds dateTimeMilliseconds default milliseconds
        0 324 observationTimeMicroseconds dateTimeMicroseconds default microseconds
        0 325 observationTimeNanoseconds dateTimeNanoseconds default nanoseconds
        0 326 digestHashValue unsigned64 quantity
        0 327 hashIPPayloadOffset unsigned64 quantity
        0 328 hashIPPayloadSize unsigned64 quantity
        0 329 hashOutputRangeMin unsigned64 quantity
        0 330 hashOutputRangeMax unsigned64 quantity
        0 331 hashSelectedRangeMin unsigned64 quantity
        0 332 hashSelectedRangeMax unsigned64 quantity
        0 333 hashDigestOutput boolean default
        0 334 hashInitialiserValue unsigned64 quantity
        0 335 selectorName string default
        0 336 upperCILimit float64 quantity
        0 337 lowerCILimit float64 quantity
        0 338 confidenceLevel float64 quantity
        0 339 informationElementDataType unsigned8
        0 340 informationElementDescription string default
        0 341 informationElementName string default
        0 342 informationElementRangeBegin unsigned64 quantity
        0 343 informationElementRangeEnd unsigned64 quantity
        0 344 informationElementSemantics unsigned8
        0 345 informationElementUnits unsigned16
        0 346 privateEnterpriseNumber unsigned32 identifier
        0 347 virtualStationInterfaceId octetArray default
        0 348 virtualStationInterfaceName string default
        0 349 virtualStationUUID octetArray default
        0 350 virtualStationName string default
        0 351 layer2SegmentId unsigned64 identifier
        0 352 layer2OctetDeltaCount unsigned64 deltaCounter octets
        0 353 layer2OctetTotalCount unsigned64 totalCounter octets
        0 354 ingressUnicastPacketTotalCount unsigned64 totalCounter packets
        0 355 ingressMulticastPacketTotalCount unsigned64 totalCounter packets
        0 356 ingressBroadcastPacketTotalCount unsigned64 totalCounter packets
        0 357 egressUnicastPacketTotalCount unsigned64 totalCounter packets
        0 358 egressBroadcastPacketTotalCount unsigned64 totalCounter packets
        0 359 monitoringIntervalStartMilliSeconds dateTimeMilliseconds default milliseconds
        0 360 monitoringIntervalEndMilliSeconds dateTimeMilliseconds default milliseconds
        0 361 portRangeStart unsigned16 identifier
        0 362 portRangeEnd unsigned16 identifier
        0 363 portRangeStepSize unsigned16 identifier
        0 364 portRangeNumPorts unsigned16 identifier
        0 365 staMacAddress macAddress default
        0 366 staIPv4Address ipv4Address default
        0 367 wtpMacAddress macAddress default
        0 368 ingressInterfaceType unsigned32 identifier
        0 369 egressInterfaceType unsigned32 identifier
        0 370 rtpSequenceNumber unsigned16
        0 371 userName string default
        0 372 applicationCategoryName string default
        0 373 applicationSubCategoryName string default
        0 374 applicationGroupName string default
        0 375 originalFlowsPresent unsigned64 deltaCounter flows
        0 376 originalFlowsInitiated unsigned64 deltaCounter flows
        0 377 originalFlowsCompleted unsigned64 deltaCounter flows
        0 378 distinctCountOfSourceIPAddress unsigned64 totalCounter
        0 379 distinctCountOfDestinationIPAddress unsigned64 totalCounter
        0 380 distinctCountOfSourceIPv4Address unsigned32 totalCounter
        0 381 distinctCountOfDestinationIPv4Address unsigned32 totalCounter
        0 382 distinctCountOfSourceIPv6Address unsigned64 totalCounter
        0 383 distinctCountOfDestinationIPv6Address unsigned64 totalCounter
        0 384 valueDistributionMethod unsigned8
        0 385 rfc3550JitterMilliseconds unsigned32 quantity milliseconds
        0 386 rfc3550JitterMicroseconds unsigned32 quantity microseconds
        0 387 rfc3550JitterNanoseconds unsigned32 quantity nanoseconds
        0 388 dot1qDEI boolean default
        0 389 dot1qCustomerDEI boolean default
        0 390 flowSelectorAlgorithm unsigned16 identifier
        0 391 flowSelectedOctetDeltaCount unsigned64 deltaCounter octets
        0 392 flowSelectedPacketDeltaCount unsigned64 deltaCounter packets
        0 393 flowSelectedFlowDeltaCount unsigned64 deltaCounter flows
        0 394 selectorIDTotalFlowsObserved unsigned64 default flows
        0 395 selectorIDTotalFlowsSelected unsigned64 default flows
        0 396 samplingFlowInterval unsigned64 default flows
        0 397 samplingFlowSpacing unsigned64 default flows
        0 398 flowSamplingTimeInterval unsigned64 default microseconds
        0 399 flowSamplingTimeSpacing unsigned64 default microseconds
        0 400 hashFlowDomain unsigned16 identifier
        0 401 transportOctetDeltaCount unsigned64 deltaCounter octets
        0 402 transportPacketDeltaCount unsigned64 deltaCounter packets
        0 403 originalExporterIPv4Address ipv4Address
        0 404 originalExporterIPv6Address ipv6Address
        0 405 originalObservationDomainId unsigned32 identifier
        0 406 intermediateProcessId unsigned32 identifier
        0 407 ignoredDataRecordTotalCount unsigned64 totalCounter
        0 408 dataLinkFrameType unsigned16 flags
        0 409 sectionOffset unsigned16 quantity
        0 410 sectionExportedOctets unsigned16 quantity
        0 411 dot1qServiceInstanceTag octetArray default
        0 412 dot1qServiceInstanceId unsigned32 identifier
        0 413 dot1qServiceInstancePriority unsigned8 identifier
        0 414 dot1qCustomerSourceMacAddress macAddress default
        0 415 dot1qCustomerDestinationMacAddress macAddress default
        0 417 postLayer2OctetDeltaCount unsigned64 deltaCounter octets
        0 418 postMCastLayer2OctetDeltaCount unsigned64 deltaCounter octets
        0 420 postLayer2OctetTotalCount unsigned64 totalCounter octets
        0 421 postMCastLayer2OctetTotalCount unsigned64 totalCounter octets
        0 422 minimumLayer2TotalLength unsigned64 default octets
        0 423 maximumLayer2TotalLength unsigned64 default octets
        0 424 droppedLayer2OctetDeltaCount unsigned64 deltaCounter octets
        0 425 droppedLayer2OctetTotalCount unsigned64 totalCounter octets
        0 426 ignoredLayer2OctetTotalCount unsigned64 totalCounter octets
        0 427 notSentLayer2OctetTotalCount unsigned64 totalCounter octets
        0 428 layer2OctetDeltaSumOfSquares unsigned64 deltaCounter octets
        0 429 layer2OctetTotalSumOfSquares unsigned64 totalCounter octets
        0 430 layer2FrameDeltaCount unsigned64 deltaCounter frames
        0 431 layer2FrameTotalCount unsigned64 totalCounter frames
        0 432 pseudoWireDestinationIPv4Address ipv4Address default
        0 433 ignoredLayer2FrameTotalCount unsigned64 totalCounter frames
        0 434 mibObjectValueInteger signed32 quantity
        0 435 mibObjectValueOctetString octetArray default
        0 436 mibObjectValueOID octetArray default
        0 437 mibObjectValueBits octetArray flags
        0 438 mibObjectValueIPAddress ipv4Address default
        0 439 mibObjectValueCounter unsigned64 snmpCounter
        0 440 mibObjectValueGauge unsigned32 snmpGauge
        0 441 mibObjectValueTimeTicks unsigned32 quantity
        0 442 mibObjectValueUnsigned unsigned32 quantity
        0 443 mibObjectValueTable subTemplateList list
        0 444 mibObjectValueRow subTemplateList list
        0 445 mibObjectIdentifier octetArray default
        0 446 mibSubIdentifier unsigned32 identifier
        0 447 mibIndexIndicator unsigned64 flags
        0 448 mibCaptureTimeSemantics unsigned8 identifier
        0 449 mibContextEngineID octetArray default
        0 450 mibContextName string default
        0 451 mibObjectName string default
        0 452 mibObjectDescription string default
        0 453 mibObjectSyntax string default
        0 454 mibModuleName string default
        0 455 mobileIMSI string default
        0 456 mobileMSISDN string default
        0 457 httpStatusCode unsigned16 identifier
        0 458 sourceTransportPortsLimit unsigned16 quantity ports
        0 459 httpRequestMethod string
        0 460 httpRequestHost string
        0 461 httpRequestTarget string
        0 462 httpMessageVersion string
        0 463 natInstanceID unsigned32 identifier
        0 464 internalAddressRealm octetArray identifier
        0 465 externalAddressRealm octetArray identifier
        0 466 natQuotaExceededEvent unsigned32 identifier
        0 467 natThresholdEvent unsigned32 identifier
        0 468 httpUserAgent string default
        0 469 httpContentType string default
        0 470 httpReasonPhrase string default
        0 471 maxSessionEntries unsigned32 identifier
        0 472 maxBIBEntries unsigned32 identifier
        0 473 maxEntriesPerUser unsigned32 identifier
        0 474 maxSubscribers unsigned32 identifier
        0 475 maxFragmentsPendingReassembly unsigned32 identifier
        0 476 addressPoolHighThreshold unsigned32 identifier
        0 477 addressPoolLowThreshold unsigned32 identifier
        0 478 addressPortMappingHighThreshold unsigned32 identifier
        0 479 addressPortMappingLowThreshold unsigned32 identifier
        0 480 addressPortMappingPerUserHighThreshold unsigned32 identifier
        0 481 globalAddressMappingHighThreshold unsigned32 identifier
        0 482 vpnIdentifier octetArray default
        0 483 bgpCommunity unsigned32 identifier
        0 484 bgpSourceCommunityList basicList list
        0 485 bgpDestinationCommunityList basicList list
        0 486 bgpExtendedCommunity octetArray default
        0 487 bgpSourceExtendedCommunityList basicList list
        0 488 bgpDestinationExtendedCommunityList basicList list
        0 489 bgpLargeCommunity octetArray default
        0 490 bgpSourceLargeCommunityList basicList list
        0 491 bgpDestinationLargeCommunityList basicList list
        0 492 srhFlagsIPv6 unsigned8 flags
        0 493 srhTagIPv6 unsigned16 identifier
        0 494 srhSegmentIPv6 ipv6Address default
        0 495 srhActiveSegmentIPv6 ipv6Address default
        0 496 srhSegmentIPv6BasicList basicList list
        0 497 srhSegmentIPv6ListSection octetArray default
        0 498 srhSegmentsIPv6Left unsigned8 quantity
        0 499 srhIPv6Section octetArray default
        0 500 srhIPv6ActiveSegmentType unsigned8 identifier
        0 501 srhSegmentIPv6LocatorLength unsigned8 default
        0 502 srhSegmentIPv6EndpointBehavior unsigned16 identifier
        0 503 transportChecksum unsigned16 default
        0 504 icmpHeaderPacketSection octetArray default
        0 505 gtpuFlags unsigned8 flags
        0 506 gtpuMsgType unsigned8 identifier
        0 507 gtpuTEid unsigned32 identifier
        0 508 gtpuSequenceNum unsigned16 identifier
        0 509 gtpuQFI unsigned8 identifier
        0 510 gtpuPduType unsigned8 identifier
        0 511 bgpSourceAsPathList basicList list
        0 512 bgpDestinationAsPathList basicList list
        0 513 ipv6ExtensionHeaderType unsigned8 identifier
        0 514 ipv6ExtensionHeaderCount unsigned8 totalCounter
        0 515 ipv6ExtensionHeadersFull unsigned256 flags
        0 516 ipv6ExtensionHeaderTypeCountList subTemplateList list
        0 517 ipv6ExtensionHeadersLimit boolean default
        0 518 ipv6ExtensionHeadersChainLength unsigned32 identifier
        0 519 ipv6ExtensionHeaderChainLengthList subTemplateList list
        0 520 tcpOptionsFull unsigned256 flags
        0 521 tcpSharedOptionExID16 unsigned16 identifier
        0 522 tcpSharedOptionExID32 unsigned32 identifier
        0 523 tcpSharedOptionExID16List basicList list
        0 524 tcpSharedOptionExID32List basicList list
        0 525 udpSafeOptions unsigned256 flags
        0 526 udpUnsafeOptions unsigned64 flags
        0 527 udpExID unsigned16 identifier
        0 528 udpSafeExIDList basicList list
        0 529 udpUnsafeExIDList basicList list
        0 530 pathDelayMeanDeltaMicroseconds unsigned32 deltaCounter
        0 531 pathDelayMinDeltaMicroseconds unsigned32 deltaCounter
        0 532 pathDelayMaxDeltaMicroseconds unsigned32 deltaCounter
        0 533 pathDelaySumDeltaMicroseconds unsigned64 deltaCounter
        """
}
