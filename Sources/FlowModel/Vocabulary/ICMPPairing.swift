/// Which ICMP types ask and answer one another, as the Community ID specification (version 1) pairs them.
package enum ICMPPairing {
    @frozen
    package enum Answer {
        case request(answer: UInt8)
        case answer(request: UInt8)
        case oneWay
    }

    /// RFC 792, 950, 1256.
    @inlinable
    package static func ipv4(_ type: UInt8) -> Answer {
        switch type {
        case 8: .request(answer: 0)
        case 0: .answer(request: 8)
        case 10: .request(answer: 9)
        case 9: .answer(request: 10)
        case 13: .request(answer: 14)
        case 14: .answer(request: 13)
        case 15: .request(answer: 16)
        case 16: .answer(request: 15)
        case 17: .request(answer: 18)
        case 18: .answer(request: 17)
        default: .oneWay
        }
    }

    /// RFC 4443, 2710, 4861, 4620, 6275.
    @inlinable
    package static func ipv6(_ type: UInt8) -> Answer {
        switch type {
        case 128: .request(answer: 129)
        case 129: .answer(request: 128)
        case 130: .request(answer: 131)
        case 131: .answer(request: 130)
        case 133: .request(answer: 134)
        case 134: .answer(request: 133)
        case 135: .request(answer: 136)
        case 136: .answer(request: 135)
        case 139: .request(answer: 140)
        case 140: .answer(request: 139)
        case 144: .request(answer: 145)
        case 145: .answer(request: 144)
        default: .oneWay
        }
    }
}
