/* exports VERSION HOST PORT RATE RECORDS: export flow records as NetFlow v9 (VERSION 9) or IPFIX (10) over UDP, RATE records/s
 * (0: no limit), by templates of 20 fields, in datagrams of at most 1400 octets. The templates come again every second.
 * The traffic is made up of a fixed seed: some thousand clients, services by popularity, sizes with a long tail, all of the
 * last minute; no two records have the same addresses, ports and times. It sleeps between bursts: a sender that spins would
 * take a whole core from the receiver.
 * Prints one line of JSON: records, their packets and octets, datagrams, their octets, those refused, seconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 32, LARGEST = 1400, FIELDS = 20, TEMPLATE = 300, SERVICES = 256 };
static const uint16_t common[15][2] = {{8, 4}, {12, 4}, {15, 4}, {10, 4}, {14, 4}, {7, 2}, {11, 2}, {6, 1}, {4, 1}, {5, 1},
                                       {16, 4}, {17, 4}, {9, 1}, {13, 1}, {61, 1}};
static const uint16_t last[2][5][2] = {{{2, 4}, {1, 4}, {22, 4}, {21, 4}, {58, 2}}, {{2, 8}, {1, 8}, {152, 8}, {153, 8}, {243, 2}}};
static uint64_t seed = 0x9E3779B97F4A7C15;
static double popular[SERVICES];

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static uint64_t draw(void) {  /* xorshift64* */
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 0x2545F4914F6CDD1D;
}
static double part(void) { return (draw() >> 11) * 0x1p-53; }

static uint8_t *put(uint8_t *at, uint64_t value, int octets) {
    for (int i = octets; i--;) *at++ = value >> (8 * i);
    return at;
}

static uint8_t *put_template(uint8_t *at, int is_ipfix) {
    at = put(at, is_ipfix ? 2 : 0, 2);
    at = put(at, 8 + 4 * FIELDS, 2);
    at = put(put(at, TEMPLATE, 2), FIELDS, 2);
    for (int i = 0; i < FIELDS; i++) {
        const uint16_t *field = i < 15 ? common[i] : last[is_ipfix][i - 15];
        at = put(put(at, field[0], 2), field[1], 2);
    }
    return at;
}

static uint64_t sum_packets, sum_octets;

static uint8_t *put_record(uint8_t *at, int is_ipfix, uint64_t number, uint64_t milliseconds, uint64_t start) {
    double p = part();
    int service = 0, high = SERVICES - 1;
    while (service < high) {
        int middle = (service + high) / 2;
        if (popular[middle] < p) service = middle + 1; else high = middle;
    }
    static const uint16_t ports[8] = {443, 8080, 5432, 6379, 53, 9092, 3306, 22};
    int is_udp = service % 8 == 4;
    uint32_t client = 10u << 24 | (uint32_t)(draw() % 16) << 16 | (uint32_t)(draw() % 4096);
    uint32_t server = 10u << 24 | (uint32_t)(service % 16) << 16 | 0x8000 | service;
    uint64_t packets = 1 + (uint64_t)fmin(pow(1 - part(), -1 / 1.15), 1e6);
    uint64_t octets = packets * (40 + draw() % 1000);
    uint64_t end = milliseconds - draw() % 60000, length = packets == 1 ? 0 : draw() % 30000;
    sum_packets += packets;
    sum_octets += octets;
    at = put(put(put(at, client, 4), server, 4), 10u << 24 | 1, 4);  /* next hop */
    at = put(put(at, 1 + client % 8, 4), 9 + service % 4, 4);  /* interfaces */
    at = put(put(at, 1024 + number % 64512, 2), ports[service % 8], 2);
    at = put(put(put(at, is_udp ? 0 : 0x1B, 1), is_udp ? 17 : 6, 1), 0, 1);  /* flags, protocol, class of service */
    at = put(put(put(put(put(at, 0, 4), 0, 4), 16, 1), 16, 1), 0, 1);  /* AS numbers, masks, direction */
    if (is_ipfix) at = put(put(put(put(at, packets, 8), octets, 8), end - length, 8), end, 8);
    else at = put(put(put(put(at, packets, 4), octets, 4), end - length - start, 4), end - start, 4);
    return put(at, 100 + service % 16, 2);  /* VLAN */
}

int main(int count, char **arguments) {
    if (count != 6) return 2;
    int is_ipfix = atoi(arguments[1]) == 10, record = is_ipfix ? 72 : 56;
    double rate = atof(arguments[4]);
    uint64_t records = strtoull(arguments[5], 0, 10), sent = 0, messages = 0, octets = 0, refused = 0;
    int out = socket(AF_INET, SOCK_DGRAM, 0), room = 8 << 20;
    setsockopt(out, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[3]))};
    if (out < 0 || inet_pton(AF_INET, arguments[2], &to.sin_addr) != 1 || connect(out, (void *)&to, sizeof to)) {
        perror(arguments[2]);
        return 1;
    }
    double sum = 0;
    for (int i = 0; i < SERVICES; i++) popular[i] = sum += 1.0 / (i + 1);
    for (int i = 0; i < SERVICES; i++) popular[i] /= sum;
    static uint8_t buffers[BURST][LARGEST + 100];
    struct mmsghdr headers[BURST] = {0};
    struct iovec places[BURST];
    for (int i = 0; i < BURST; i++) headers[i].msg_hdr = (struct msghdr){.msg_iov = &places[i], .msg_iovlen = 1};
    /* It has been up for an hour. */
    uint64_t start = (uint64_t)(now(CLOCK_REALTIME) * 1000) - 3600000;
    double begun = now(CLOCK_MONOTONIC), told = -1;
    while (sent < records) {
        uint64_t milliseconds = now(CLOCK_REALTIME) * 1000;
        double elapsed = now(CLOCK_MONOTONIC) - begun;
        int filled = 0;
        for (; filled < BURST && sent < records; filled++) {
            uint8_t *message = buffers[filled], *at = message + (is_ipfix ? 16 : 20);
            int has_template = told < 0 || elapsed - told >= 1;
            if (has_template) {
                told = elapsed;
                at = put_template(at, is_ipfix);
            }
            uint8_t *set = at;
            at += 4;
            uint64_t first = sent;
            for (; sent < records && at - message + record <= LARGEST; sent++) at = put_record(at, is_ipfix, sent, milliseconds, start);
            put(put(set, TEMPLATE, 2), at - set, 2);
            if (is_ipfix) put(put(put(put(put(message, 10, 2), at - message, 2), milliseconds / 1000, 4), first, 4), 1, 4);
            else
                put(put(put(put(put(put(message, 9, 2), sent - first + has_template, 2), milliseconds - start, 4), milliseconds / 1000, 4),
                        messages, 4), 1, 4);
            places[filled] = (struct iovec){message, at - message};
            messages++;
            octets += at - message;
        }
        for (int done = 0; done < filled;) {
            int some = sendmmsg(out, headers + done, filled - done, 0);
            if (some > 0) { done += some; continue; }
            refused++;
            done++;
        }
        for (double ahead; rate > 0 && (ahead = sent / rate - (now(CLOCK_MONOTONIC) - begun)) > 0;) usleep(ahead * 1e6 < 100 ? 50 : (useconds_t)(ahead * 5e5));
    }
    printf("{\"records\": %lu, \"packets\": %lu, \"bytes\": %lu, \"datagrams\": %lu, \"octets\": %lu, \"refused\": %lu, \"seconds\": %.3f}\n", sent,
           sum_packets, sum_octets, messages, octets, refused, now(CLOCK_MONOTONIC) - begun);
    return 0;
}
