// Made by `generate`; do not edit.

/// Elements that vendors publish, an element a line: `ElementRegistry` says how to read it.
enum VendorElementTable {
    static let text = """
        0 4315 tcpWindowSizeMin unsigned32 identifier octets
        0 4316 tcpWindowSizeMax unsigned32 identifier octets
        0 4318 tcpMaximumSegmentSize unsigned16 identifier octets
        0 4324 tcpWindowSizeSum unsigned64 identifier octets
        0 7232 userName string default
        0 8232 classHierarchy octetArray identifier
        0 9252 servicesWaasSegment unsigned8 identifier
        0 9253 servicesWaasPassThroughReason unsigned8 identifier
        0 9268 clientRetransPackets unsigned32 deltaCounter packets
        0 9272 transactionCountDelta unsigned32 deltaCounter
        0 9273 sumTransactionTime unsigned32 default milliseconds
        0 9274 maxTransactionTime unsigned32 default milliseconds
        0 9275 minTransactionTime unsigned32 default milliseconds
        0 9292 numRespsCountDelta unsigned32 deltaCounter
        0 9293 numResps1CountDelta unsigned32 deltaCounter
        0 9294 numResps2CountDelta unsigned32 deltaCounter
        0 9295 numResps3CountDelta unsigned32 deltaCounter
        0 9296 numResps4CountDelta unsigned32 deltaCounter
        0 9297 numResps5CountDelta unsigned32 deltaCounter
        0 9298 numResps6CountDelta unsigned32 deltaCounter
        0 9299 numResps7CountDelta unsigned32 deltaCounter
        0 9300 numLateRespsCountDelta unsigned32 deltaCounter
        0 9303 sumRespTime unsigned32 default milliseconds
        0 9304 maxRespTime unsigned32 default milliseconds
        0 9305 minRespTime unsigned32 default milliseconds
        0 9306 sumServerRespTime unsigned32 default milliseconds
        0 9307 maxServerRespTime unsigned32 default milliseconds
        0 9308 minServerRespTime unsigned32 default milliseconds
        0 9309 sumTotalRespTime unsigned32 default milliseconds
        0 9310 maxTotalRespTime unsigned32 default milliseconds
        0 9311 minTotalRespTime unsigned32 default milliseconds
        0 9313 sumNwkTime unsigned32 default milliseconds
        0 9314 maxNwkTime unsigned32 default milliseconds
        0 9315 minNwkTime unsigned32 default milliseconds
        0 9316 sumClientNwkTime unsigned32 default milliseconds
        0 9317 maxClientNwkTime unsigned32 default milliseconds
        0 9318 minClientNwkTime unsigned32 default milliseconds
        0 9319 sumServerNwkTime unsigned32 default milliseconds
        0 9320 maxServerNwkTime unsigned32 default milliseconds
        0 9321 minServerNwkTime unsigned32 default milliseconds
        0 9360 policyQosQueueID unsigned32 identifier
        0 9361 policyQosQueueDrop unsigned64 deltaCounter
        0 12236 clientIPv4Address ipv4Address identifier
        0 12237 serverIPv4Address ipv4Address identifier
        0 12238 clientIPv6Address ipv6Address identifier
        0 12239 serverIPv6Address ipv6Address identifier
        0 12240 clientTransportPort unsigned16 identifier
        0 12241 serverTransportPort unsigned16 identifier
        0 12242 connectionId unsigned32 identifier
        9 4315 tcpWindowSizeMin unsigned32 identifier octets
        9 4316 tcpWindowSizeMax unsigned32 identifier octets
        9 4318 tcpMaximumSegmentSize unsigned16 identifier octets
        9 4324 tcpWindowSizeSum unsigned64 identifier octets
        9 8232 classHierarchy octetArray identifier
        9 8337 serverBytesNetwork unsigned64 default octets
        9 8338 clientBytesNetwork unsigned64 default octets
        9 9252 servicesWaasSegment unsigned8 identifier
        9 9253 servicesWaasPassThroughReason unsigned8 identifier
        9 9267 clientRetransBytes unsigned32 deltaCounter octets
        9 9268 clientRetransPackets unsigned32 deltaCounter packets
        9 9269 serverRetransBytes unsigned32 deltaCounter octets
        9 9270 serverRetransPackets unsigned32 deltaCounter packets
        9 9272 transactionCountDelta unsigned32 deltaCounter
        9 9273 sumTransactionTime unsigned32 default milliseconds
        9 9274 maxTransactionTime unsigned32 default milliseconds
        9 9275 minTransactionTime unsigned32 default milliseconds
        9 9292 numRespsCountDelta unsigned32 deltaCounter
        9 9293 numResps1CountDelta unsigned32 deltaCounter
        9 9294 numResps2CountDelta unsigned32 deltaCounter
        9 9295 numResps3CountDelta unsigned32 deltaCounter
        9 9296 numResps4CountDelta unsigned32 deltaCounter
        9 9297 numResps5CountDelta unsigned32 deltaCounter
        9 9298 numResps6CountDelta unsigned32 deltaCounter
        9 9299 numResps7CountDelta unsigned32 deltaCounter
        9 9300 numLateRespsCountDelta unsigned32 deltaCounter
        9 9303 sumRespTime unsigned32 default milliseconds
        9 9304 maxRespTime unsigned32 default milliseconds
        9 9305 minRespTime unsigned32 default milliseconds
        9 9306 sumServerRespTime unsigned32 default milliseconds
        9 9307 maxServerRespTime unsigned32 default milliseconds
        9 9308 minServerRespTime unsigned32 default milliseconds
        9 9309 sumTotalRespTime unsigned32 default milliseconds
        9 9310 maxTotalRespTime unsigned32 default milliseconds
        9 9311 minTotalRespTime unsigned32 default milliseconds
        9 9313 sumNwkTime unsigned32 default milliseconds
        9 9314 maxNwkTime unsigned32 default milliseconds
        9 9315 minNwkTime unsigned32 default milliseconds
        9 9316 sumClientNwkTime unsigned32 default milliseconds
        9 9317 maxClientNwkTime unsigned32 default milliseconds
        9 9318 minClientNwkTime unsigned32 default milliseconds
        9 9319 sumServerNwkTime unsigned32 default milliseconds
        9 9320 maxServerNwkTime unsigned32 default milliseconds
        9 9321 minServerNwkTime unsigned32 default milliseconds
        9 9357 appHTTPUriStatistics string
        9 9360 policyQosQueueID unsigned32 identifier
        9 9361 policyQosQueueDrop unsigned64 deltaCounter
        9 12232 appCategoryName string
        9 12233 appSubCategoryName string
        9 12234 appGroupName string
        9 12235 appHTTPHost string
        9 12236 clientIPv4Address ipv4Address identifier
        9 12237 serverIPv4Address ipv4Address identifier
        9 12238 clientIPv6Address ipv6Address identifier
        9 12239 serverIPv6Address ipv6Address identifier
        9 12240 clientTransportPort unsigned16 identifier
        9 12241 serverTransportPort unsigned16 identifier
        9 12242 connectionId unsigned32 identifier
        9 12244 appBusiness string
        637 91 aluInsideServiceId unsigned16 identifier octets
        637 92 aluOutsideServiceId unsigned16 identifier
        637 93 aluNatSubString string identifier
        2011 1 ingressGponGemPortId unsigned16 identifier
        2011 2 egressGponGemPortId unsigned16 identifier
        5951 128 roundTripTime unsigned32 quantity milliseconds
        5951 129 transactionId unsigned32 identifier
        5951 130 httpReqUrl string default
        5951 131 httpReqCookie string default
        5951 132 flowFlags unsigned64 flags
        5951 133 connectionId unsigned32 identifier
        5951 134 syslogPriority unsigned8 identifier
        5951 135 syslogMessage string default
        5951 136 syslogTimestamp dateTimeMilliseconds default
        5951 140 httpReqReferer string default
        5951 141 httpReqMethod string default
        5951 142 httpReqHost string default
        5951 143 httpReqUserAgent string default
        5951 144 httpRspStatus unsigned16 identifier
        5951 145 httpRspLen unsigned64 quantity
        5951 146 serverTTFB unsigned64 quantity microseconds
        5951 147 serverTTLB unsigned64 quantity microseconds
        5951 150 appNameIncarnationNumber unsigned32 identifier
        5951 151 appNameAppId unsigned32 identifier
        5951 152 appName string default
        5951 153 httpReqRcvFB dateTimeMicroseconds default
        5951 156 httpReqForwFB dateTimeMicroseconds default
        5951 157 httpResRcvFB dateTimeMicroseconds default
        5951 158 httpResForwFB dateTimeMicroseconds default
        5951 159 httpReqRcvLB dateTimeMicroseconds default
        5951 160 httpReqForwLB dateTimeMicroseconds default
        5951 161 mainPageId unsigned32 identifier
        5951 162 mainPageCoreId unsigned32 identifier
        5951 163 httpClientInteractionStartTime string default
        5951 164 httpClientRenderEndTime string default
        5951 165 httpClientRenderStartTime string default
        5951 167 appTemplateName string default
        5951 168 httpClientInteractionEndTime string default
        5951 169 httpResRcvLB dateTimeMicroseconds default
        5951 170 httpResForwLB dateTimeMicroseconds default
        5951 171 appUnitNameAppId unsigned32 identifier
        5951 172 dbLoginFlags unsigned32 flags
        5951 173 dbReqType unsigned8 identifier
        5951 174 dbProtocolName unsigned8 identifier
        5951 175 dbUserName string default
        5951 176 dbDatabaseName string default
        5951 177 dbCltHostName string default
        5951 178 dbReqString string default
        5951 179 dbRespStatusString string default
        5951 180 dbRespStatus unsigned64 identifier
        5951 181 dbRespLength unsigned64 quantity
        5951 182 clientRTT unsigned32 quantity
        5951 183 httpContentType string default
        5951 185 httpReqAuthorization string default
        5951 186 httpReqVia string default
        5951 187 httpResLocation string default
        5951 188 httpResSetCookie string default
        5951 189 httpResSetCookie2 string default
        5951 190 httpReqXForwardedFor string default
        5951 192 connectionChainID octetArray identifier
        5951 193 connectionChainHopCount unsigned8 quantity
        5951 200 icaSessionGuid octetArray identifier
        5951 201 icaClientVersion string default
        5951 202 icaClientType unsigned16 identifier
        5951 203 icaClientIP ipv4Address default
        5951 204 icaClientHostName string default
        5951 205 aaaUsername string default
        5951 207 icaDomainName string default
        5951 208 icaClientLauncher unsigned16 identifier
        5951 209 icaSessionSetupTime dateTimeSeconds default
        5951 210 icaServerName string default
        5951 214 icaSessionReconnects unsigned8 deltaCounter
        5951 215 icaRTT unsigned32 quantity
        5951 216 icaClientsideRXBytes unsigned32 deltaCounter
        5951 217 icaClientsideTXBytes unsigned32 deltaCounter
        5951 219 icaClientsidePacketsRetransmit unsigned16 deltaCounter
        5951 220 icaServersidePacketsRetransmit unsigned16 deltaCounter
        5951 221 icaClientsideRTT unsigned32 quantity
        5951 222 icaServersideRTT unsigned32 quantity
        5951 223 icaSessionUpdateBeginSec dateTimeSeconds default
        5951 224 icaSessionUpdateEndSec dateTimeSeconds default
        5951 225 icaChannelId1 unsigned32 identifier
        5951 226 icaChannelId1Bytes unsigned32 identifier
        5951 227 icaChannelId2 unsigned32 identifier
        5951 228 icaChannelId2Bytes unsigned32 identifier
        5951 229 icaChannelId3 unsigned32 identifier
        5951 230 icaChannelId3Bytes unsigned32 identifier
        5951 231 icaChannelId4 unsigned32 identifier
        5951 232 icaChannelId4Bytes unsigned32 identifier
        5951 233 icaChannelId5 unsigned32 identifier
        5951 234 icaChannelId5Bytes unsigned32 identifier
        5951 235 icaConnectionPriority unsigned16 identifier
        5951 236 applicationStartupDuration unsigned32 quantity
        5951 237 icaLaunchMechanism unsigned16 identifier
        5951 238 icaApplicationName string default
        5951 239 applicationStartupTime dateTimeSeconds default
        5951 240 icaApplicationTerminationType unsigned16 identifier
        5951 241 icaApplicationTerminationTime dateTimeSeconds default
        5951 242 icaSessionEndTime dateTimeSeconds default
        5951 243 icaClientsideJitter unsigned32 quantity
        5951 244 icaServersideJitter unsigned32 quantity
        5951 245 icaAppProcessID unsigned32 identifier
        5951 246 icaAppModulePath string default
        5951 247 icaDeviceSerialNo unsigned32 identifier
        5951 248 msiClientCookie octetArray identifier
        5951 249 icaFlags unsigned64 flags
        5951 250 icaUsername string default
        5951 251 licenseType unsigned8 identifier
        5951 252 maxLicenseCount unsigned64 quantity
        5951 253 currentLicenseConsumed unsigned64 quantity
        5951 254 icaNetworkUpdateStartTime dateTimeSeconds default
        5951 255 icaNetworkUpdateEndTime dateTimeSeconds default
        5951 256 icaClientsideSRTT unsigned32 quantity
        5951 257 icaServersideSRTT unsigned32 quantity
        5951 258 icaClientsideDelay unsigned32 quantity
        5951 259 icaServersideDelay unsigned32 quantity
        5951 260 icaHostDelay unsigned32 quantity
        5951 261 icaClientSideWindowSize unsigned16 quantity
        5951 262 icaServerSideWindowSize unsigned16 quantity
        5951 263 icaClientSideRTOCount unsigned16 deltaCounter
        5951 264 icaServerSideRTOCount unsigned16 deltaCounter
        5951 265 icaL7ClientLatency unsigned32 quantity
        5951 266 icaL7ServerLatency unsigned32 quantity
        5951 267 httpDomainName string default
        5951 268 cacheRedirClientConnectionCoreID unsigned32 identifier
        5951 269 cacheRedirClientConnectionTransactionID unsigned32 identifier
        6871 12 obsoleteReverseOctetTotalCount unsigned64 totalCounter
        6871 13 obsoleteReversePacketTotalCount unsigned64 totalCounter
        6871 14 initialTCPFlags unsigned16 flags
        6871 15 unionTCPFlags unsigned16 flags
        6871 16 obsoleteReverseInitialTCPFlags unsigned8 flags
        6871 17 obsoleteReverseUnionTCPFlags unsigned8 flags
        6871 18 payload octetArray
        6871 19 obsoleteReversePayload octetArray
        6871 20 obsoleteReverseTcpSequenceNumber unsigned32
        6871 21 reverseFlowDeltaMilliseconds unsigned32 quantity milliseconds
        6871 29 obsoleteReverseVlanId unsigned16 identifier
        6871 30 silkFlowType unsigned8 identifier
        6871 31 silkFlowSensor unsigned16 identifier
        6871 32 silkTCPState unsigned8 flags
        6871 33 silkAppLabel unsigned16 identifier
        6871 35 payloadEntropy unsigned8
        6871 36 osName string
        6871 37 osVersion string
        6871 38 firstPacketBanner octetArray
        6871 39 secondPacketBanner octetArray
        6871 100 expiredFragmentCount unsigned32 totalCounter packets
        6871 101 assembledFragmentCount unsigned32 totalCounter packets
        6871 102 meanFlowRate unsigned32 default flows
        6871 103 meanPacketRate unsigned32 default packets
        6871 104 flowTableFlushEventCount unsigned32 totalCounter flows
        6871 105 flowTablePeakCount unsigned32 default flows
        6871 106 yafFlowKeyHash unsigned32 identifier
        6871 107 osFingerPrint string
        6871 110 httpServerString string
        6871 111 httpUserAgent string
        6871 112 httpGet string
        6871 113 httpConnection string
        6871 114 httpVersion string
        6871 115 httpReferer string
        6871 116 httpLocation string
        6871 117 httpHost string
        6871 118 httpContentLength string
        6871 119 httpAge string
        6871 120 httpAccept string
        6871 121 httpAcceptLanguage string
        6871 122 httpContentType string
        6871 123 httpResponse string
        6871 124 pop3TextMessage string
        6871 125 ircTextMessage string
        6871 126 tftpFilename string
        6871 127 tftpMode string
        6871 128 slpVersion unsigned8
        6871 129 slpMessageType unsigned8
        6871 130 slpString string
        6871 131 ftpReturn string
        6871 132 ftpUser string
        6871 133 ftpPass string
        6871 134 ftpType string
        6871 135 ftpRespCode string
        6871 136 imapCapability string
        6871 137 imapLogin string
        6871 138 imapStartTLS string
        6871 139 imapAuthenticate string
        6871 140 imapCommand string
        6871 141 imapExists string
        6871 142 imapRecent string
        6871 143 rtspURL string
        6871 144 rtspVersion string
        6871 145 rtspReturnCode string
        6871 146 rtspContentLength string
        6871 147 rtspCommand string
        6871 148 rtspContentType string
        6871 149 rtspTransport string
        6871 150 rtspCSeq string
        6871 151 rtspLocation string
        6871 152 rtspPacketsReceived string
        6871 153 rtspUserAgent string
        6871 154 rtspJitter string
        6871 155 sipInvite string
        6871 156 sipCommand string
        6871 157 sipVia string
        6871 158 sipMaxForwards string
        6871 159 sipAddress string
        6871 160 sipContentLength string
        6871 161 sipUserAgent string
        6871 162 smtpHello string
        6871 163 smtpFrom string
        6871 164 smtpTo string
        6871 165 smtpContentType string
        6871 166 smtpSubject string
        6871 167 smtpFilename string
        6871 168 smtpContentDisposition string
        6871 169 smtpResponse string
        6871 170 smtpEnhanced string
        6871 171 sshVersion string
        6871 172 nntpResponse string
        6871 173 nntpCommand string
        6871 174 dnsQueryResponse unsigned8
        6871 175 dnsQRType unsigned16
        6871 176 dnsAuthoritative unsigned8
        6871 177 dnsNXDomain unsigned8
        6871 178 dnsRRSection unsigned8
        6871 179 dnsQName string
        6871 180 dnsCName string
        6871 181 dnsMXPreference unsigned16
        6871 182 dnsMXExchange string
        6871 183 dnsNSDName string
        6871 184 dnsPTRDName string
        6871 185 sslCipher unsigned32
        6871 186 sslClientVersion unsigned8
        6871 187 sslServerCipher unsigned32
        6871 188 sslCompressionMethod unsigned8
        6871 189 sslCertVersion unsigned8
        6871 190 sslCertSignature octetArray
        6871 191 sslCertIssuerCountryName string
        6871 192 sslCertIssuerOrgName string
        6871 193 sslCertIssuerOrgUnitName string
        6871 194 sslCertIssuerZipCode string
        6871 195 sslCertIssuerState string
        6871 196 sslCertIssuerCommonName string
        6871 197 sslCertIssuerLocalityName string
        6871 198 sslCertIssuerStreetAddress string
        6871 199 dnsTTL unsigned32
        6871 200 sslCertSubCountryName string
        6871 201 sslCertSubOrgName string
        6871 202 sslCertSubOrgUnitName string
        6871 203 sslCertSubZipCode string
        6871 204 sslCertSubState string
        6871 205 sslCertSubCommonName string
        6871 206 sslCertSubLocalityName string
        6871 207 sslCertSubStreetAddress string
        6871 208 dnsTXTData string
        6871 209 dnsSOASerial unsigned32
        6871 210 dnsSOARefresh unsigned32
        6871 211 dnsSOARetry unsigned32
        6871 212 dnsSOAExpire unsigned32
        6871 213 dnsSOAMinimum unsigned32
        6871 214 dnsSOAMName string
        6871 215 dnsSOARName string
        6871 216 dnsSRVPriority unsigned16
        6871 217 dnsSRVWeight unsigned16
        6871 218 dnsSRVPort unsigned16
        6871 219 dnsSRVTarget string
        6871 220 httpCookie string
        6871 221 httpSetCookie string
        6871 222 smtpSize string
        6871 223 mysqlUsername string
        6871 224 mysqlCommandCode unsigned8
        6871 225 mysqlCommandText string
        6871 226 dnsID unsigned16
        6871 227 dnsAlgorithm unsigned8
        6871 228 dnsKeyTag unsigned16
        6871 229 dnsSigner string
        6871 230 dnsSignature octetArray
        6871 231 dnsDigest octetArray
        6871 232 dnsPublicKey octetArray
        6871 233 dnsSalt octetArray
        6871 234 dnsHashData octetArray
        6871 235 dnsIterations unsigned16
        6871 236 dnsSignatureExpiration unsigned32
        6871 237 dnsSignatureInception unsigned32
        6871 238 dnsDigestType unsigned8
        6871 239 dnsLabels unsigned8
        6871 240 dnsTypeCovered unsigned16
        6871 241 dnsFlags unsigned16 flags
        6871 242 dhcpFingerPrint string
        6871 243 dhcpVendorCode string
        6871 244 sslCertSerialNumber octetArray
        6871 245 sslObjectType unsigned8
        6871 246 sslObjectValue octetArray
        6871 247 sslCertValidityNotBefore string
        6871 248 sslCertValidityNotAfter string
        6871 249 sslPublicKeyAlgorithm octetArray
        6871 250 sslPublicKeyLength unsigned16
        6871 251 smtpDate string
        6871 252 httpAuthorization string
        6871 253 httpVia string
        6871 254 httpX-Forwarded-For string
        6871 255 httpExpires string
        6871 256 httpRefresh string
        6871 257 httpIMEI string
        6871 258 httpIMSI string
        6871 259 httpMSISDN string
        6871 260 httpSubscriber string
        6871 261 httpAcceptCharset string
        6871 262 httpAcceptEncoding string
        6871 263 httpAllow string
        6871 264 httpDate string
        6871 265 httpExpect string
        6871 266 httpFrom string
        6871 267 httpProxyAuthentication string
        6871 268 httpUpgrade string
        6871 269 httpWarning string
        6871 270 httpDNT string
        6871 271 httpX-Forwarded-Proto string
        6871 272 httpX-Forwarded-Host string
        6871 273 httpX-Forwarded-Server string
        6871 274 httpX-DeviceID string
        6871 275 httpX-Profile string
        6871 276 httpLastModified string
        6871 277 httpContentEncoding string
        6871 278 httpContentLanguage string
        6871 279 httpContentLocation string
        6871 280 httpX-UA-Compatible string
        6871 281 dnp3SourceAddress unsigned16
        6871 282 dnp3DestinationAddress unsigned16
        6871 283 dnp3Function unsigned8
        6871 284 dnp3ObjectData octetArray
        6871 285 modbusData octetArray
        6871 286 ethernetIPData octetArray
        6871 287 rtpPayloadType unsigned8
        6871 288 sslRecordVersion unsigned16
        6871 289 mptcpInitialDataSequenceNumber unsigned64
        6871 290 mptcpReceiverToken unsigned32 identifier
        6871 291 mptcpMaximumSegmentSize unsigned16
        6871 292 mptcpAddressID unsigned8 identifier
        6871 293 mptcpFlags unsigned8 flags
        6871 294 sslServerName string
        6871 295 sslCertificateHash octetArray
        6871 296 sslCertificate octetArray
        6871 297 dhcpOption unsigned8
        6871 298 sslCertificateSHA1 octetArray
        6871 299 sslCertificateMD5 octetArray
        6871 300 nDPIL7Protocol unsigned16 identifier
        6871 301 nDPIL7SubProtocol unsigned16 identifier
        6871 500 smallPacketCount unsigned32 totalCounter packets
        6871 501 nonEmptyPacketCount unsigned32 totalCounter packets
        6871 502 dataByteCount unsigned64 totalCounter octets
        6871 503 averageInterarrivalTime unsigned64 default milliseconds
        6871 504 standardDeviationInterarrivalTime unsigned64 default milliseconds
        6871 505 firstNonEmptyPacketSize unsigned16 quantity octets
        6871 506 maxPacketSize unsigned16 quantity octets
        6871 507 firstEightNonEmptyPacketDirections unsigned8 flags
        6871 508 standardDeviationPayloadLength unsigned16 default octets
        6871 509 tcpUrgentCount unsigned32 totalCounter packets
        6871 510 largePacketCount unsigned32 totalCounter packets
        6871 550 tombstoneId unsigned32 identifier
        6871 551 exporterConfiguredId unsigned16 identifier
        6871 552 exporterUniqueId unsigned16 identifier
        6871 927 dnsRName string
        6871 928 dnsHitCount unsigned16
        6871 929 observedDataTotalCount unsigned64 totalCounter
        6871 930 observedData octetArray
        6871 1000 templateName string
        6871 1001 templateDescription string
        6871 16396 reverseObsoleteReverseOctetTotalCount unsigned64 totalCounter
        6871 16397 reverseObsoleteReversePacketTotalCount unsigned64 totalCounter
        6871 16398 reverseInitialTCPFlags unsigned16 flags
        6871 16399 reverseUnionTCPFlags unsigned16 flags
        6871 16400 reverseObsoleteReverseInitialTCPFlags unsigned8 flags
        6871 16401 reverseObsoleteReverseUnionTCPFlags unsigned8 flags
        6871 16402 reversePayload octetArray
        6871 16403 reverseObsoleteReversePayload octetArray
        6871 16404 reverseObsoleteReverseTcpSequenceNumber unsigned32
        6871 16405 reverseReverseFlowDeltaMilliseconds unsigned32 quantity milliseconds
        6871 16413 reverseObsoleteReverseVlanId unsigned16 identifier
        6871 16414 reverseSilkFlowType unsigned8 identifier
        6871 16415 reverseSilkFlowSensor unsigned16 identifier
        6871 16416 reverseSilkTCPState unsigned8 flags
        6871 16417 reverseSilkAppLabel unsigned16 identifier
        6871 16419 reversePayloadEntropy unsigned8
        6871 16420 reverseOsName string
        6871 16421 reverseOsVersion string
        6871 16422 reverseFirstPacketBanner octetArray
        6871 16423 reverseSecondPacketBanner octetArray
        6871 16484 reverseExpiredFragmentCount unsigned32 totalCounter packets
        6871 16485 reverseAssembledFragmentCount unsigned32 totalCounter packets
        6871 16486 reverseMeanFlowRate unsigned32 default flows
        6871 16487 reverseMeanPacketRate unsigned32 default packets
        6871 16488 reverseFlowTableFlushEventCount unsigned32 totalCounter flows
        6871 16489 reverseFlowTablePeakCount unsigned32 default flows
        6871 16490 reverseYafFlowKeyHash unsigned32 identifier
        6871 16491 reverseOsFingerPrint string
        6871 16494 reverseHttpServerString string
        6871 16495 reverseHttpUserAgent string
        6871 16496 reverseHttpGet string
        6871 16497 reverseHttpConnection string
        6871 16498 reverseHttpVersion string
        6871 16499 reverseHttpReferer string
        6871 16500 reverseHttpLocation string
        6871 16501 reverseHttpHost string
        6871 16502 reverseHttpContentLength string
        6871 16503 reverseHttpAge string
        6871 16504 reverseHttpAccept string
        6871 16505 reverseHttpAcceptLanguage string
        6871 16506 reverseHttpContentType string
        6871 16507 reverseHttpResponse string
        6871 16508 reversePop3TextMessage string
        6871 16509 reverseIrcTextMessage string
        6871 16510 reverseTftpFilename string
        6871 16511 reverseTftpMode string
        6871 16512 reverseSlpVersion unsigned8
        6871 16513 reverseSlpMessageType unsigned8
        6871 16514 reverseSlpString string
        6871 16515 reverseFtpReturn string
        6871 16516 reverseFtpUser string
        6871 16517 reverseFtpPass string
        6871 16518 reverseFtpType string
        6871 16519 reverseFtpRespCode string
        6871 16520 reverseImapCapability string
        6871 16521 reverseImapLogin string
        6871 16522 reverseImapStartTLS string
        6871 16523 reverseImapAuthenticate string
        6871 16524 reverseImapCommand string
        6871 16525 reverseImapExists string
        6871 16526 reverseImapRecent string
        6871 16527 reverseRtspURL string
        6871 16528 reverseRtspVersion string
        6871 16529 reverseRtspReturnCode string
        6871 16530 reverseRtspContentLength string
        6871 16531 reverseRtspCommand string
        6871 16532 reverseRtspContentType string
        6871 16533 reverseRtspTransport string
        6871 16534 reverseRtspCSeq string
        6871 16535 reverseRtspLocation string
        6871 16536 reverseRtspPacketsReceived string
        6871 16537 reverseRtspUserAgent string
        6871 16538 reverseRtspJitter string
        6871 16539 reverseSipInvite string
        6871 16540 reverseSipCommand string
        6871 16541 reverseSipVia string
        6871 16542 reverseSipMaxForwards string
        6871 16543 reverseSipAddress string
        6871 16544 reverseSipContentLength string
        6871 16545 reverseSipUserAgent string
        6871 16546 reverseSmtpHello string
        6871 16547 reverseSmtpFrom string
        6871 16548 reverseSmtpTo string
        6871 16549 reverseSmtpContentType string
        6871 16550 reverseSmtpSubject string
        6871 16551 reverseSmtpFilename string
        6871 16552 reverseSmtpContentDisposition string
        6871 16553 reverseSmtpResponse string
        6871 16554 reverseSmtpEnhanced string
        6871 16555 reverseSshVersion string
        6871 16556 reverseNntpResponse string
        6871 16557 reverseNntpCommand string
        6871 16558 reverseDnsQueryResponse unsigned8
        6871 16559 reverseDnsQRType unsigned16
        6871 16560 reverseDnsAuthoritative unsigned8
        6871 16561 reverseDnsNXDomain unsigned8
        6871 16562 reverseDnsRRSection unsigned8
        6871 16563 reverseDnsQName string
        6871 16564 reverseDnsCName string
        6871 16565 reverseDnsMXPreference unsigned16
        6871 16566 reverseDnsMXExchange string
        6871 16567 reverseDnsNSDName string
        6871 16568 reverseDnsPTRDName string
        6871 16569 reverseSslCipher unsigned32
        6871 16570 reverseSslClientVersion unsigned8
        6871 16571 reverseSslServerCipher unsigned32
        6871 16572 reverseSslCompressionMethod unsigned8
        6871 16573 reverseSslCertVersion unsigned8
        6871 16574 reverseSslCertSignature octetArray
        6871 16575 reverseSslCertIssuerCountryName string
        6871 16576 reverseSslCertIssuerOrgName string
        6871 16577 reverseSslCertIssuerOrgUnitName string
        6871 16578 reverseSslCertIssuerZipCode string
        6871 16579 reverseSslCertIssuerState string
        6871 16580 reverseSslCertIssuerCommonName string
        6871 16581 reverseSslCertIssuerLocalityName string
        6871 16582 reverseSslCertIssuerStreetAddress string
        6871 16583 reverseDnsTTL unsigned32
        6871 16584 reverseSslCertSubCountryName string
        6871 16585 reverseSslCertSubOrgName string
        6871 16586 reverseSslCertSubOrgUnitName string
        6871 16587 reverseSslCertSubZipCode string
        6871 16588 reverseSslCertSubState string
        6871 16589 reverseSslCertSubCommonName string
        6871 16590 reverseSslCertSubLocalityName string
        6871 16591 reverseSslCertSubStreetAddress string
        6871 16592 reverseDnsTXTData string
        6871 16593 reverseDnsSOASerial unsigned32
        6871 16594 reverseDnsSOARefresh unsigned32
        6871 16595 reverseDnsSOARetry unsigned32
        6871 16596 reverseDnsSOAExpire unsigned32
        6871 16597 reverseDnsSOAMinimum unsigned32
        6871 16598 reverseDnsSOAMName string
        6871 16599 reverseDnsSOARName string
        6871 16600 reverseDnsSRVPriority unsigned16
        6871 16601 reverseDnsSRVWeight unsigned16
        6871 16602 reverseDnsSRVPort unsigned16
        6871 16603 reverseDnsSRVTarget string
        6871 16604 reverseHttpCookie string
        6871 16605 reverseHttpSetCookie string
        6871 16606 reverseSmtpSize string
        6871 16607 reverseMysqlUsername string
        6871 16608 reverseMysqlCommandCode unsigned8
        6871 16609 reverseMysqlCommandText string
        6871 16610 reverseDnsID unsigned16
        6871 16611 reverseDnsAlgorithm unsigned8
        6871 16612 reverseDnsKeyTag unsigned16
        6871 16613 reverseDnsSigner string
        6871 16614 reverseDnsSignature octetArray
        6871 16615 reverseDnsDigest octetArray
        6871 16616 reverseDnsPublicKey octetArray
        6871 16617 reverseDnsSalt octetArray
        6871 16618 reverseDnsHashData octetArray
        6871 16619 reverseDnsIterations unsigned16
        6871 16620 reverseDnsSignatureExpiration unsigned32
        6871 16621 reverseDnsSignatureInception unsigned32
        6871 16622 reverseDnsDigestType unsigned8
        6871 16623 reverseDnsLabels unsigned8
        6871 16624 reverseDnsTypeCovered unsigned16
        6871 16625 reverseDnsFlags unsigned16 flags
        6871 16626 reverseDhcpFingerPrint string
        6871 16627 reverseDhcpVendorCode string
        6871 16628 reverseSslCertSerialNumber octetArray
        6871 16629 reverseSslObjectType unsigned8
        6871 16630 reverseSslObjectValue octetArray
        6871 16631 reverseSslCertValidityNotBefore string
        6871 16632 reverseSslCertValidityNotAfter string
        6871 16633 reverseSslPublicKeyAlgorithm octetArray
        6871 16634 reverseSslPublicKeyLength unsigned16
        6871 16635 reverseSmtpDate string
        6871 16636 reverseHttpAuthorization string
        6871 16637 reverseHttpVia string
        6871 16638 reverseHttpX-Forwarded-For string
        6871 16639 reverseHttpExpires string
        6871 16640 reverseHttpRefresh string
        6871 16641 reverseHttpIMEI string
        6871 16642 reverseHttpIMSI string
        6871 16643 reverseHttpMSISDN string
        6871 16644 reverseHttpSubscriber string
        6871 16645 reverseHttpAcceptCharset string
        6871 16646 reverseHttpAcceptEncoding string
        6871 16647 reverseHttpAllow string
        6871 16648 reverseHttpDate string
        6871 16649 reverseHttpExpect string
        6871 16650 reverseHttpFrom string
        6871 16651 reverseHttpProxyAuthentication string
        6871 16652 reverseHttpUpgrade string
        6871 16653 reverseHttpWarning string
        6871 16654 reverseHttpDNT string
        6871 16655 reverseHttpX-Forwarded-Proto string
        6871 16656 reverseHttpX-Forwarded-Host string
        6871 16657 reverseHttpX-Forwarded-Server string
        6871 16658 reverseHttpX-DeviceID string
        6871 16659 reverseHttpX-Profile string
        6871 16660 reverseHttpLastModified string
        6871 16661 reverseHttpContentEncoding string
        6871 16662 reverseHttpContentLanguage string
        6871 16663 reverseHttpContentLocation string
        6871 16664 reverseHttpX-UA-Compatible string
        6871 16665 reverseDnp3SourceAddress unsigned16
        6871 16666 reverseDnp3DestinationAddress unsigned16
        6871 16667 reverseDnp3Function unsigned8
        6871 16668 reverseDnp3ObjectData octetArray
        6871 16669 reverseModbusData octetArray
        6871 16670 reverseEthernetIPData octetArray
        6871 16671 reverseRtpPayloadType unsigned8
        6871 16672 reverseSslRecordVersion unsigned16
        6871 16673 reverseMptcpInitialDataSequenceNumber unsigned64
        6871 16674 reverseMptcpReceiverToken unsigned32 identifier
        6871 16675 reverseMptcpMaximumSegmentSize unsigned16
        6871 16676 reverseMptcpAddressID unsigned8 identifier
        6871 16677 reverseMptcpFlags unsigned8 flags
        6871 16678 reverseSslServerName string
        6871 16679 reverseSslCertificateHash octetArray
        6871 16680 reverseSslCertificate octetArray
        6871 16681 reverseDhcpOption unsigned8
        6871 16682 reverseSslCertificateSHA1 octetArray
        6871 16683 reverseSslCertificateMD5 octetArray
        6871 16684 reverseNDPIL7Protocol unsigned16 identifier
        6871 16685 reverseNDPIL7SubProtocol unsigned16 identifier
        6871 16884 reverseSmallPacketCount unsigned32 totalCounter packets
        6871 16885 reverseNonEmptyPacketCount unsigned32 totalCounter packets
        6871 16886 reverseDataByteCount unsigned64 totalCounter octets
        6871 16887 reverseAverageInterarrivalTime unsigned64 default milliseconds
        6871 16888 reverseStandardDeviationInterarrivalTime unsigned64 default milliseconds
        6871 16889 reverseFirstNonEmptyPacketSize unsigned16 quantity octets
        6871 16890 reverseMaxPacketSize unsigned16 quantity octets
        6871 16891 reverseFirstEightNonEmptyPacketDirections unsigned8 flags
        6871 16892 reverseStandardDeviationPayloadLength unsigned16 default octets
        6871 16893 reverseTcpUrgentCount unsigned32 totalCounter packets
        6871 16894 reverseLargePacketCount unsigned32 totalCounter packets
        6871 16934 reverseTombstoneId unsigned32 identifier
        6871 16935 reverseExporterConfiguredId unsigned16 identifier
        6871 16936 reverseExporterUniqueId unsigned16 identifier
        6871 17311 reverseDnsRName string
        6871 17312 reverseDnsHitCount unsigned16
        6871 17313 reverseObservedDataTotalCount unsigned64 totalCounter
        6871 17314 reverseObservedData octetArray
        6871 17384 reverseTemplateName string
        6871 17385 reverseTemplateDescription string
        6876 880 tenantProtocol unsigned8 identifier
        6876 881 tenantSourceIPv4 ipv4Address default
        6876 882 tenantDestIPv4 ipv4Address default
        6876 883 tenantSourceIPv6 ipv6Address default
        6876 884 tenantDestIPv6 ipv6Address default
        6876 886 tenantSourcePort unsigned16 identifier
        6876 887 tenantDestPort unsigned16 identifier
        6876 888 egressInterfaceAttr unsigned16 identifier
        6876 889 vxlanExportRole unsigned8 identifier
        6876 890 ingressInterfaceAttr unsigned16 identifier
        6876 891 tunnelType unsigned8
        6876 892 tunnelKey octetArray
        6876 893 tunnelSourceIPv4Address ipv4Address
        6876 894 tunnelDestinationIPv4Address ipv4Address
        6876 895 tunnelProtocolIdentifier unsigned8
        6876 896 tunnelSourceTransportPort unsigned16
        6876 897 tunnelDestinationTransportPort unsigned16
        6876 898 virtualObsID string default
        6876 950 ruleId unsigned32 identifier
        6876 951 vmUuid string default
        6876 952 vnicIndex unsigned32 identifier
        6876 953 sessionFlags unsigned8 identifier
        6876 954 flowDirection unsigned8 identifier
        6876 955 algControlFlowId unsigned64 identifier
        6876 956 algType unsigned8 identifier
        6876 957 algFlowType unsigned8 identifier
        6876 958 averageLatency unsigned32 default microseconds
        6876 959 retransmissionCount unsigned32
        6876 960 vifUuid octetArray default
        6876 961 vifId string default
        8057 1 DNSRCode unsigned8
        8057 2 DNSName string
        8057 3 DNSQType unsigned16
        8057 4 DNSClass unsigned16
        8057 5 DNSRRTTL unsigned32
        8057 6 DNSRDataLength unsigned16
        8057 7 DNSRData string
        8057 8 DNSPSize unsigned16
        8057 9 DNSRDO unsigned8
        8057 10 DNSTransactionID unsigned16
        8057 11 DNSAType unsigned16
        8057 14 DNSAnswers unsigned16
        8057 18 NTPLeap unsigned8
        8057 19 NTPVersion unsigned8
        8057 20 NTPMode unsigned8
        8057 21 NTPStratum unsigned8
        8057 22 NTPPoll unsigned8
        8057 23 NTPPrecision unsigned8
        8057 24 NTPDelay unsigned32
        8057 25 NTPDispersion unsigned32
        8057 26 NTPRefID string
        8057 27 NTPRef string
        8057 28 NTPOrig string
        8057 29 NTPRecv string
        8057 30 NTPSent string
        8057 31 ARPHAFormat unsigned16
        8057 32 ARPPAFormat unsigned16
        8057 33 ARPOpcode unsigned16
        8057 34 ARPSrcHA string
        8057 35 ARPSrcPA string
        8057 36 ARPDstHA string
        8057 37 ARPDstPa string
        8057 100 SIPMsgType unsigned16
        8057 101 SIPStatusCode unsigned16
        8057 102 SIPCallID string
        8057 103 SIPCallingParty string
        8057 104 SIPCalledParty string
        8057 105 SIPVia string
        8057 106 SIPUserAgent string
        8057 107 SIPRequestURI string
        8057 108 SIPCseq string
        8057 200 httpMethod string
        8057 201 httpServer string default
        8057 202 httpCookieNames string default
        8057 802 tlsExtTypeField unsigned16
        8057 803 tlsExtLenField unsigned16
        8057 804 statsTLSSize unsigned16 default octets
        8057 805 statsTLSTimestamp dateTimeMilliseconds default milliseconds
        8057 806 statsTLSDirection signed8
        8057 807 statsTLSType unsigned8
        8057 808 TLSSNI string
        8057 810 SMTPCommands unsigned32
        8057 811 SMTPMailCount unsigned32
        8057 812 SMTPRcptCount unsigned32
        8057 813 SMTPSender string
        8057 814 SMTPRecipient string
        8057 815 SMTPStatusCodes unsigned32
        8057 816 SMTPCode2XXCount unsigned32
        8057 817 SMTPCode3XXCount unsigned32
        8057 818 SMTPCode4XXCount unsigned32
        8057 819 SMTPCode5XXCount unsigned32
        8057 820 SMTPDomain string
        8057 821 SSDPLocationPort unsigned16 default
        8057 822 SSDPServer string
        8057 823 SSDPUserAgent string
        8057 824 SSDPNT string
        8057 825 SSDPST string
        8057 826 DNSSDQueries string
        8057 827 DNSSDResponses string
        8057 828 OVPNConfLevel unsigned8 default
        8057 831 NBName string default
        8057 832 NBSuffix unsigned8 default
        8057 850 IDPContent octetArray default
        8057 851 IDPContentRev octetArray default
        8057 852 OSQueryProgramName string
        8057 853 OSQueryUsername string
        8057 854 OSQueryOSName string
        8057 855 OSQueryOSMajor unsigned16
        8057 856 OSQueryOSMinor unsigned16
        8057 857 OSQueryOSBuild string
        8057 858 OSQueryOSPlatform string
        8057 859 OSQueryOSPlatformLike string
        8057 860 OSQueryOSArch string
        8057 861 OSQueryKernelVersion string
        8057 862 OSQuerySystemHostname string
        8057 883 quicTlsExt octetArray default
        8057 884 quicTlsExtLen unsigned16 default
        8057 885 quicTlsExtType unsigned16 default
        8057 886 quicCHParsed unsigned8 default
        8057 887 quicServerPort unsigned16 default
        8057 888 quicPackets unsigned8 default
        8057 889 quicZeroRTT unsigned8 default
        8057 890 quicSNI string
        8057 891 quicUserAgent string
        8057 892 quicVersion unsigned32
        8057 893 quicClientVersion unsigned32 default
        8057 894 quicTokenLength unsigned64 default
        8057 895 quicOCCID octetArray default
        8057 896 quicOSCID octetArray default
        8057 897 quicSCID octetArray default
        8057 898 quicRetrySCID octetArray default
        8057 899 quicMultiplexed unsigned8 default
        8057 900 tcpMss unsigned32
        8057 901 tcpMssRev unsigned32
        8057 902 tcpSynSize unsigned16
        8057 903 ssaConfLevel unsigned8
        8057 1013 packetLength signed16 default octets
        8057 1014 packetTime dateTimeMilliseconds default milliseconds
        8057 1015 packetFlag unsigned8 flags
        8057 1016 packetDirection signed8 default
        8057 1020 ntsMeanPacketPayload float32 default
        8057 1021 ntsMinPacketPayload unsigned16 default
        8057 1022 ntsMaxPacketPayload unsigned16 default
        8057 1023 ntsStdevPacketPayload float32 default
        8057 1024 ntsKurtosisPacketPayload float32 default
        8057 1025 ntsRootMeanSquarePacketPayload float32 default
        8057 1026 ntsAverageDispersionPacketPayload float32 default
        8057 1027 ntsMeanScaledTime float32 default
        8057 1028 ntsMeanDifftimes float32 default
        8057 1029 ntsMinDifftimes float32 default
        8057 1030 ntsMaxDifftimes float32 default
        8057 1031 ntsTimeDistribution float32 default
        8057 1032 ntsSwitchingRatio float32 default
        8057 1050 burstSrcPackets unsigned16 default packets
        8057 1051 burstSrcBytes unsigned16 default octets
        8057 1052 burstSrcTimeStart dateTimeMilliseconds default milliseconds
        8057 1053 burstSrcTimeStop dateTimeMilliseconds default milliseconds
        8057 1054 burstDstPackets unsigned16 default packets
        8057 1055 burstDstBytes unsigned16 default octets
        8057 1056 burstDstTimeStart dateTimeMilliseconds default milliseconds
        8057 1057 burstDstTimeStop dateTimeMilliseconds default milliseconds
        8057 1060 phistSrcSizes unsigned32 default
        8057 1061 phistSrcInterPacketTime unsigned32 default
        8057 1062 phistDstSizes unsigned32 default
        8057 1063 phistDstInterPacketTime unsigned32 default
        8057 1100 WGConfLevel unsigned8
        8057 1101 WGSrcPeer unsigned32
        8057 1102 WGDstPeer unsigned32
        8057 1200 scitagExperimentID unsigned16 default
        8057 1201 scitagExperimentAct unsigned8 default
        16982 1 destinationGeo unsigned8
        16982 100 HTTPUserAgent unsigned8
        16982 101 HTTPMethod unsigned8
        16982 102 HTTPDomain string
        16982 103 HTTPReferer string
        16982 104 HTTPContentType unsigned8
        16982 105 HTTPUrl string
        16982 106 HTTPStatus unsigned16 identifier
        16982 107 HTTPHeaderCount unsigned16 identifier
        16982 200 appPID unsigned32 identifier
        16982 201 appName string identifier
        16982 202 appUID unsigned32 identifier
        16982 203 appMatchLevel unsigned8 identifier
        16982 400 tunnelSrcIPv6 ipv6Address identifier
        16982 401 tunnelDstIPv6 ipv6Address identifier
        16982 402 tunnelSrcPort unsigned16 identifier
        16982 403 tunnelDstPort unsigned16 identifier
        16982 404 tunnelProtocol unsigned8 identifier
        16982 405 tunnelType unsigned8 identifier
        16982 406 tunnelTCPFlags unsigned8 identifier
        16982 407 tunnelICMPcode unsigned16 identifier
        16982 408 tunnelTeredoHeaders unsigned8 identifier
        16982 409 tunnelTeredoTrailers unsigned8 identifier
        16982 410 tunnelSourceGeo string identifier
        16982 411 tunnelDestinationGeo string identifier
        16982 412 tunnelOuterSourceGeo string identifier
        16982 413 tunnelOuterDestinationGeo string identifier
        16982 414 tunnelHOPLimit unsigned8 identifier
        16982 500 HTTPRequestType unsigned32
        16982 501 HTTPRequestHost string
        16982 502 HTTPRequestURL string
        16982 503 HTTPRequestAgentID unsigned32
        16982 504 HTTPRequestAgent string
        16982 505 HTTPRequestReferer string
        16982 506 HTTPResponseCode unsigned32
        16982 507 HTTPResponseType string
        16982 508 HTTPResponseTime unsigned32
        16982 800 tlsCliVer unsigned16
        16982 801 tlsSerVer unsigned16
        16982 802 tlsSerCips unsigned16
        16982 803 tlsCliCips octetArray
        16982 804 tlsCertSubject string
        16982 805 tlsCertIssuer string
        16982 806 tlsCertNotBefore unsigned64
        16982 807 tlsCerNotAfter unsigned64
        16982 808 tlsPkeyLength unsigned16
        16982 809 tlsPkeyExponent unsigned32
        16982 810 tlsPkeyAlgorithm string
        16982 811 tlsServerName string
        35632 78 client_tcp_flags unsigned64
        35632 79 server_tcp_flags unsigned64
        35632 80 src_fragments unsigned64
        35632 81 dst_fragments unsigned64
        35632 82 src_to_dst_max_throughput unsigned64
        35632 83 src_to_dst_min_throughput unsigned64
        35632 84 src_to_dst_avg_throughput unsigned64
        35632 85 dst_to_src_max_throughput unsigned64
        35632 86 dst_to_src_min_throughput unsigned64
        35632 87 dst_to_src_avg_throughput unsigned64
        35632 88 pkts_up_to_128_bytes unsigned64
        35632 89 pkts_128_to_256_bytes unsigned64
        35632 90 pkts_256_to_512_bytes unsigned64
        35632 91 pkts_512_to_1024_bytes unsigned64
        35632 92 pkts_1024_to_1514_bytes unsigned64
        35632 93 pkts_over_1514_bytes unsigned64
        35632 98 cumulative_icmp_type unsigned64
        35632 101 src_ip_country string
        35632 102 src_ip_city string
        35632 103 dst_ip_country string
        35632 104 dst_ip_city string
        35632 105 flow_proto_port unsigned64
        35632 106 upstream_tunnel_id unsigned64
        35632 107 longest_flow_pkt unsigned64
        35632 108 shortest_flow_pkt unsigned64
        35632 109 retransmitted_in_pkts unsigned64
        35632 110 retransmitted_out_pkts unsigned64
        35632 111 ooorder_in_pkts unsigned64
        35632 112 ooorder_out_pkts unsigned64
        35632 113 untunneled_protocol unsigned8
        35632 114 untunneled_ipv4_src_addr ipv4Address
        35632 115 untunneled_l4_src_port unsigned64
        35632 116 untunneled_ipv4_dst_addr ipv4Address
        35632 117 untunneled_l4_dst_port unsigned64
        35632 118 l7_proto unsigned64
        35632 119 l7_proto_name string
        35632 120 downstream_tunnel_id unsigned64
        35632 121 flow_user_name string
        35632 122 flow_server_name string
        35632 123 client_nw_latency_ms unsigned64
        35632 124 server_nw_latency_ms unsigned64
        35632 125 app_latency_ms unsigned64
        35632 126 plugin_name string
        35632 127 retransmitted_in_bytes unsigned64
        35632 128 retransmitted_out_bytes unsigned64
        35632 188 ssl_server_name string
        35632 189 bittorrent_hash string
        35632 334 pkts_ttl_5_32 unsigned64
        35632 335 pkts_ttl_32_64 unsigned64
        35632 336 pkts_ttl_64_96 unsigned64
        35632 337 pkts_ttl_96_128 unsigned64
        35632 338 pkts_ttl_128_160 unsigned64
        35632 339 pkts_ttl_160_192 unsigned64
        35632 340 pkts_ttl_192_224 unsigned64
        35632 341 pkts_ttl_224_255 unsigned64
        35632 346 pkts_ttl_2_5 unsigned64
        35632 347 pkts_ttl_eq_1 unsigned64
        35632 349 in_src_osi_sap octetArray
        35632 350 out_dst_osi_sap octetArray
        35632 391 duration_in unsigned64
        35632 392 duration_out unsigned64
        35632 396 untunneled_ipv6_src_addr ipv4Address
        35632 397 untunneled_ipv6_dst_addr ipv4Address
        35632 415 tcp_win_min_in unsigned64
        35632 416 tcp_win_max_in unsigned64
        35632 417 tcp_win_mss_in unsigned64
        35632 418 tcp_win_scale_in unsigned64
        35632 419 tcp_win_min_out unsigned64
        35632 420 tcp_win_max_out unsigned64
        35632 421 tcp_win_mss_out unsigned64
        35632 422 tcp_win_scale_out unsigned64
        35632 438 payload_hash unsigned64
        35632 443 src_as_name string
        35632 444 dst_as_name string
        35632 446 upstream_session_id unsigned64
        35632 447 downstream_session_id unsigned64
        35632 448 src_ip_long octetArray
        35632 449 src_ip_lat octetArray
        35632 450 dst_ip_long octetArray
        35632 451 dst_ip_lat octetArray
        35632 471 nprobe_ipv4_address ipv4Address
        35632 472 src_to_dst_second_bytes unsigned64
        35632 473 dst_to_src_second_bytes unsigned64
        35632 489 ja3c_hash string
        35632 490 ja3s_hash string
        35632 491 src_host_name string
        35632 492 dst_host_name string
        35632 493 ssl_cipher unsigned64
        35632 494 ssl_unsafe_cipher unsigned64
        35632 495 ssl_version unsigned64
        35632 1028 protocol_ntop string
        35632 1031 l4_src_port_name string
        35632 1035 l4_dst_port_name string
        35632 1036 l4_srv_port unsigned64
        35632 1037 l4_srv_port_name string
        39499 1 httpHost string
        39499 2 httpUrl string
        39499 3 httpReferer string
        39499 4 httpMethodMask unsigned16
        39499 10 httpContentType string
        39499 11 httpContentId string
        39499 12 httpStatusCode unsigned16
        39499 20 httpUserAgent string
        39499 21 httpUserAgentId unsigned32
        39499 22 httpUaOs unsigned16
        39499 23 httpUaOsMaj unsigned16
        39499 24 httpUaOsMin unsigned16
        39499 25 httpUaOsBld unsigned16
        39499 26 httpUaApp unsigned16
        39499 27 httpUaAppMaj unsigned16
        39499 28 httpUaAppMin unsigned16
        39499 29 httpUaAppBld unsigned16
        39499 32 voipPacketType unsigned8
        39499 33 sipCallId string
        39499 34 sipCallingParty string
        39499 35 sipCalledParty string
        39499 36 sipVia string
        39499 37 sipInviteRingingTime unsigned64
        39499 38 sipOkTime unsigned64
        39499 39 sipByeTime unsigned64
        39499 40 sipRtpIp4 ipv4Address
        39499 41 sipRtpIp6 ipv6Address
        39499 42 sipRtpAudio unsigned16
        39499 43 sipRtpVideo unsigned16
        39499 44 sipStats octetArray
        39499 45 rtpCodec unsigned8
        39499 46 rtpJitter unsigned32
        39499 47 rtcpLost unsigned32
        39499 48 rtcpPackets unsigned64
        39499 49 rtcpOctets unsigned64
        39499 50 rtcpSourceCount unsigned8
        39499 61 npmJitterDev unsigned32
        39499 62 npmJitterAvg unsigned32
        39499 63 npmJitterMin unsigned32
        39499 64 npmJitterMax unsigned32
        39499 65 npmDelayDev unsigned32
        39499 66 npmDelayAvg unsigned32
        39499 67 npmDelayMin unsigned32
        39499 68 npmDelayMax unsigned32
        39499 69 npnRoundTripTime unsigned32
        39499 70 npmServerResponseTime unsigned32
        39499 71 npmTcpRetransmission unsigned32
        39499 72 npmTcpOutOfOrder unsigned32
        39499 80 tcpSynSize unsigned8
        39499 81 tcpSynTtl unsigned8
        39499 110 dnsId unsigned16
        39499 111 dnsFlagsCodes unsigned16
        39499 112 dnsQuestionCount unsigned16
        39499 113 dnsAnswrecCount unsigned16
        39499 114 dnsAuthrecCount unsigned16
        39499 115 dnsAddtrecCount unsigned16
        39499 116 dnsCrrName string
        39499 117 dnsCrrType unsigned16
        39499 118 dnsCrrClass unsigned16
        39499 119 dnsCrrTtl unsigned32
        39499 120 dnsCrrRdata octetArray
        39499 121 dnsQname string
        39499 122 dnsQtype unsigned16
        39499 123 dnsQclass unsigned16
        39499 124 dnsCrrRdataLen unsigned16
        39499 150 smbCmd unsigned32
        39499 151 smbTree octetArray
        39499 152 smbFile octetArray
        39499 153 smbFileType unsigned8
        39499 154 smbOp unsigned8
        39499 190 arpHrd unsigned16
        39499 191 arpOp unsigned16
        39499 200 dhcpOfferedIp ipv4Address
        39499 201 dhcpHostMacAddr macAddress
        39499 202 dhcpType unsigned8
        39499 203 dhcpIpLeaseTime unsigned32
        39499 204 dhcpServerIp ipv4Address
        39499 205 dhcpDomainName string
        39499 206 dhcpHostName string
        39499 207 dhcpIpRequest ipv4Address
        39499 210 tdsRequestType unsigned8
        39499 211 tdsVersion unsigned32
        39499 212 tdsClientVersion unsigned32
        39499 213 tdsServerVersion unsigned32
        39499 214 tdsDatabase octetArray
        39499 215 tdsUsername octetArray
        39499 216 tdsHostname octetArray
        39499 217 tdsResponseType unsigned8
        39499 218 tdsToken unsigned8
        39499 219 tdsTmrType unsigned16
        39499 220 tdsErrorCode unsigned32
        39499 221 tdsEnvchangeType unsigned8
        39499 222 tdsSqlQuery octetArray
        39499 223 tdsRpcName octetArray
        39499 224 tdsServerName octetArray
        39499 232 ingressAclId octetArray
        39499 233 egressAclId octetArray
        39499 234 fwExtEvent unsigned16
        39499 250 smtpEhloHelo string
        39499 251 smtpMailFrom string
        39499 252 mailUsername string
        39499 253 mailFailedAuthenticationCount signed8
        39499 254 mailIsEncrypted signed8
        39499 290 mysqlProtocolVersion unsigned8
        39499 291 mysqlServerVersion string
        39499 292 mysqlUserAuthenticated unsigned8
        39499 293 mysqlUsername string
        39499 294 mysqlAuthMethodName string
        39499 295 mysqlDatabase string
        39499 296 mysqlCapabilitiesServer unsigned32
        39499 297 mysqlCapabilitiesClient unsigned32
        39499 298 mysqlErrorCode unsigned16
        39499 299 mysqlCommand unsigned8
        39499 300 mysqlQuery string
        39499 310 pgsqlProtocolVersion unsigned32
        39499 311 pgsqlServerVersion unsigned32
        39499 312 pgsqlAuthMethod unsigned8
        39499 313 pgsqlUsername string
        39499 314 pgsqlDatabase string
        39499 315 pgsqlErrorSqlstate octetArray
        39499 316 pgsqlErrorSeverity unsigned8
        39499 317 pgsqlSqlQuery string
        39499 318 pgsqlMsgTypeClient unsigned32
        39499 319 pgsqlMsgTypeServer unsigned32
        39499 330 tlsContentType unsigned8
        39499 331 tlsHandshakeType unsigned32
        39499 332 tlsSetupTime unsigned64
        39499 333 tlsServerVersion unsigned16
        39499 334 tlsServerRandom octetArray
        39499 335 tlsServerSessionId octetArray
        39499 336 tlsCipherSuite unsigned16
        39499 337 tlsAlpn string
        39499 338 tlsSni string
        39499 339 tlsSniLength unsigned16
        39499 340 tlsClientVersion unsigned16
        39499 341 tlsCipherSuites octetArray
        39499 342 tlsClientRandom octetArray
        39499 343 tlsClientSessionId octetArray
        39499 344 tlsExtensionTypes octetArray
        39499 345 tlsExtensionLengths octetArray
        39499 346 tlsEllipticCurves octetArray
        39499 347 tlsEcPointFormats octetArray
        39499 348 tlsClientKeyLength signed32
        39499 349 tlsIssuerCn string
        39499 350 tlsSubjectCn string
        39499 351 tlsSubjectOn string
        39499 352 tlsValidityNotBefore signed64
        39499 353 tlsValidityNotAfter signed64
        39499 354 tlsSignatureAlg unsigned16
        39499 355 tlsPublicKeyAlg unsigned16
        39499 356 tlsPublicKeyLength signed32
        39499 357 tlsJa3Fingerprint octetArray
        39499 370 iec104PktLength unsigned8
        39499 371 iec104FrameFmt unsigned8
        39499 372 iec104AsduType unsigned8
        39499 373 iec104AsduObjCount unsigned8
        39499 374 iec104AsduCot unsigned8
        39499 375 iec104AsduOrg unsigned8
        39499 376 iec104AsduAddress unsigned16
        39499 390 coapVersion unsigned8
        39499 391 coapMid unsigned16
        39499 392 coapCode unsigned8
        39499 393 coapOptionsCount unsigned16
        39499 394 coapType unsigned8
        39499 395 coapAccept unsigned16
        39499 396 coapContentFormat unsigned16
        39499 397 coapTokenLength unsigned8
        39499 398 coapToken octetArray
        39499 399 coapUriHost string
        39499 400 coapUriPath string
        39499 401 coapUriQuery string
        39499 410 GOOSEAppID unsigned16
        39499 411 GOOSECbRef string
        39499 412 GOOSEDataSet string
        39499 413 GOOSEID string
        39499 414 GOOSEStNum unsigned32
        39499 420 MMSType unsigned8
        39499 421 MMSConfServiceReq unsigned8
        39499 422 MMSConfServiceResp unsigned8
        39499 423 MMSUnconfService unsigned8
        39499 430 DLMSType unsigned8
        39499 431 DLMSSubtype unsigned16
        39499 432 DLMSClassId unsigned16
        39499 433 DLMSObis string
        39499 434 DLMSAttrMethodId unsigned8
        39499 435 DLMSDataType unsigned8
        39499 436 DLMSDataLength unsigned16
        39499 437 DLMSDataAccessResult unsigned8
        39499 438 DLMSAactionResult unsigned8
        39499 450 vxlanVNI unsigned32
        39499 570 DNSSDQuery string
        39499 571 DNSSDResponse string
        39499 580 SSDPLocationPort unsigned16
        39499 581 SSDPNT string
        39499 582 SSDPST string
        39499 583 SSDPServer string
        39499 584 SSDPUserAgent string
        39499 7232 username string
        39499 7233 xlateSrcAddrIpv4 ipv4Address
        39499 7234 xlateDstAddrIpv4 ipv4Address
        39499 7235 xlateSrcPort unsigned16
        39499 7236 xlateDstPort unsigned16
        56506 100 sourcePodNamespace string
        56506 101 sourcePodName string
        56506 102 destinationPodNamespace string
        56506 103 destinationPodName string
        56506 104 sourceNodeName string
        56506 105 destinationNodeName string
        56506 106 destinationClusterIPv4 ipv4Address
        56506 107 destinationClusterIPv6 ipv6Address
        56506 108 destinationServicePort unsigned16
        56506 109 destinationServicePortName string
        56506 110 ingressNetworkPolicyName string
        56506 111 ingressNetworkPolicyNamespace string
        56506 112 egressNetworkPolicyName string
        56506 113 egressNetworkPolicyNamespace string
        56506 114 ingressNetworkPolicyUID string
        56506 115 ingressNetworkPolicyType unsigned8
        56506 116 ingressNetworkPolicyRulePriority signed32
        56506 117 egressNetworkPolicyUID string
        56506 118 egressNetworkPolicyType unsigned8
        56506 119 egressNetworkPolicyRulePriority signed32
        56506 120 packetTotalCountFromSourceNode unsigned64
        56506 121 octetTotalCountFromSourceNode unsigned64
        56506 122 packetDeltaCountFromSourceNode unsigned64
        56506 123 octetDeltaCountFromSourceNode unsigned64
        56506 124 reversePacketTotalCountFromSourceNode unsigned64
        56506 125 reverseOctetTotalCountFromSourceNode unsigned64
        56506 126 reversePacketDeltaCountFromSourceNode unsigned64
        56506 127 reverseOctetDeltaCountFromSourceNode unsigned64
        56506 128 packetTotalCountFromDestinationNode unsigned64
        56506 129 octetTotalCountFromDestinationNode unsigned64
        56506 130 packetDeltaCountFromDestinationNode unsigned64
        56506 131 octetDeltaCountFromDestinationNode unsigned64
        56506 132 reversePacketTotalCountFromDestinationNode unsigned64
        56506 133 reverseOctetTotalCountFromDestinationNode unsigned64
        56506 134 reversePacketDeltaCountFromDestinationNode unsigned64
        56506 135 reverseOctetDeltaCountFromDestinationNode unsigned64
        56506 136 tcpState string
        56506 137 flowType unsigned8
        56506 138 tcpStatePrevList string
        56506 139 ingressNetworkPolicyRuleAction unsigned8
        56506 140 egressNetworkPolicyRuleAction unsigned8
        56506 141 ingressNetworkPolicyRuleName string
        56506 142 egressNetworkPolicyRuleName string
        56506 143 sourcePodLabels string
        56506 144 destinationPodLabels string
        56506 145 throughput unsigned64
        56506 146 reverseThroughput unsigned64
        56506 147 throughputFromSourceNode unsigned64
        56506 148 throughputFromDestinationNode unsigned64
        56506 149 reverseThroughputFromSourceNode unsigned64
        56506 150 reverseThroughputFromDestinationNode unsigned64
        56506 151 flowEndSecondsFromSourceNode dateTimeSeconds
        56506 152 flowEndSecondsFromDestinationNode dateTimeSeconds
        56506 153 egressName string
        56506 154 egressIP string
        56506 155 appProtocolName string
        56506 156 httpVals string
        56506 157 egressNodeName string
        56506 158 clusterId string
        """
}
