/* send RATE SECONDS INTERFACE=FILE.pcap...: send the frames of capture files in loops, each file's on its interface, in
 * bursts that go round the interfaces; RATE frames/s over all (0: no limit). Ends after SECONDS or at SIGTERM.
 * Raw sockets without a queueing discipline. It sleeps between bursts: a sender that spins would take a whole core from
 * the receivers. An interface that is down refuses frames, and they count as refused.
 * Prints one line of JSON: frames sent by interface, frames refused, seconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 32, MOST = 1024 };
struct path { const char *name; const uint8_t *start, *end, *next; int socket; uint64_t sent; };
static struct path paths[MOST];
static volatile sig_atomic_t stopped;

static void stop(int signal) { (void)signal; stopped = 1; }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what) { perror(what); exit(1); }

static void open_path(struct path *p, char *argument) {
    char *file = strchr(argument, '=');
    if (!file) { fprintf(stderr, "%s is not INTERFACE=FILE\n", argument); exit(2); }
    *file++ = 0;
    int fd = open(file, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st)) fail(file);
    const uint8_t *map = mmap(0, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (map == MAP_FAILED || st.st_size < 24 + 16) fail(file);
    *p = (struct path){.name = argument, .start = map + 24, .end = map + st.st_size, .next = map + 24};
    int one = 1, room = 16 << 20;
    p->socket = socket(AF_PACKET, SOCK_RAW, 0);
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argument)};
    if (p->socket < 0 || !to.sll_ifindex || bind(p->socket, (void *)&to, sizeof to)) fail(argument);
    if (setsockopt(p->socket, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one)) fail("PACKET_QDISC_BYPASS");
    setsockopt(p->socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
}

int main(int count, char **arguments) {
    if (count < 4 || count - 3 > MOST) return 2;
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    double rate = atof(arguments[1]), seconds = atof(arguments[2]);
    int number = count - 3;
    int burst = rate <= 0 || rate > BURST * 1000 ? BURST : rate < 1000 ? 1 : (int)(rate / 1000); /* no longer than 1 ms */
    for (int i = 0; i < number; i++) open_path(&paths[i], arguments[i + 3]);
    struct mmsghdr messages[BURST];
    struct iovec frames[BURST];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BURST; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &frames[i], .msg_iovlen = 1};
    uint64_t tried = 0, refused = 0;
    double start = now();
    for (int turn = 0; !stopped && now() - start < seconds; turn = (turn + 1) % number) {
        struct path *p = &paths[turn];
        for (int i = 0; i < burst; i++) {
            uint32_t header[4]; /* of a classic capture file: seconds, fraction, octets here, octets on the wire */
            if (p->end - p->next < 16) p->next = p->start;
            memcpy(header, p->next, 16);
            if (header[2] > (size_t)(p->end - p->next) - 16) fail("a frame is cut");
            frames[i] = (struct iovec){.iov_base = (void *)(p->next + 16), .iov_len = header[2]};
            p->next += 16 + header[2];
        }
        for (int done = 0; done < burst;) {
            int took = sendmmsg(p->socket, messages + done, burst - done, 0);
            if (took <= 0) { refused++; done++; } else { p->sent += took; done += took; }
        }
        tried += burst;
        double ahead = rate > 0 ? start + tried / rate - now() : 0;
        if (ahead > 20e-6) {
            struct timespec pause = {.tv_sec = (time_t)ahead, .tv_nsec = (long)((ahead - (time_t)ahead) * 1e9)};
            nanosleep(&pause, 0);
        }
    }
    double wall = now() - start;
    printf("{\"seconds\": %.3f, \"refused\": %lu, \"sent\": {", wall, refused);
    for (int i = 0; i < number; i++) printf("%s\"%s\": %lu", i ? ", " : "", paths[i].name, paths[i].sent);
    printf("}}\n");
    return 0;
}
