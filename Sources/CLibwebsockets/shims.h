// libwebsockets and libev as Swift can call them: what are macros there are static inline functions and constants here.
#pragma once

#include <libwebsockets.h>
#include <ev.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/prctl.h>

// Macros with a cast or an expression in them are not imported.

static const uint64_t outcry_lws_option_ssl_init = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
static const uint64_t outcry_lws_option_libev = LWS_SERVER_OPTION_LIBEV;
static const uint64_t outcry_lws_option_validate_utf8 = LWS_SERVER_OPTION_VALIDATE_UTF8;
static const uint64_t outcry_lws_option_fail_unbound = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
static const uint64_t outcry_lws_option_disable_ipv6 = LWS_SERVER_OPTION_DISABLE_IPV6;
static const uint64_t outcry_lws_option_explicit_vhosts = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
static const int outcry_lws_pre = LWS_PRE;

// TLS 1.2 or later.
static const long outcry_tls_options = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;

// LWS_WRITE_RAW is another name of LWS_WRITE_HTTP, by a macro.
static inline int outcry_lws_write_raw(struct lws *wsi, unsigned char *bytes, size_t count) {
    return lws_write(wsi, bytes, count, LWS_WRITE_RAW);
}

// What debuggers and `top -H` call this thread: at most 15 bytes are kept, says prctl(2). It is variadic.
static inline void outcry_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

// libev's watchers are set up by macros.

typedef void (*outcry_ev_io_callback)(struct ev_loop *, struct ev_io *, int);
typedef void (*outcry_ev_timer_callback)(struct ev_loop *, struct ev_timer *, int);

// A watcher for what arrives that runs before the library's own watcher of the same socket.
static inline void outcry_ev_io_start_first(
    struct ev_loop *loop, struct ev_io *watcher, outcry_ev_io_callback callback, int socket, void *context) {
    ev_io_init(watcher, callback, socket, EV_READ);
    ev_set_priority(watcher, EV_MAXPRI);
    watcher->data = context;
    ev_io_start(loop, watcher);
}

static inline void outcry_ev_timer_start(
    struct ev_loop *loop, struct ev_timer *watcher, outcry_ev_timer_callback callback, double seconds, void *context) {
    ev_timer_init(watcher, callback, seconds, seconds);
    watcher->data = context;
    ev_timer_start(loop, watcher);
}

static inline void *outcry_ev_io_context(struct ev_io *watcher) { return watcher->data; }
static inline void *outcry_ev_timer_context(struct ev_timer *watcher) { return watcher->data; }

// Looks at the next bytes without taking them. Answers how many there are, 0 where none are yet, -1 on an error.
static inline long outcry_peek(struct lws *wsi, int socket, unsigned char *bytes, size_t count) {
    SSL *ssl = lws_get_ssl(wsi);
    if (ssl) {
        int n = SSL_peek(ssl, bytes, (int)count);
        // An error left in the thread's queue would be taken for one of the library's own next read.
        if (n <= 0) ERR_clear_error();
        return n > 0 ? n : 0;
    }
    long n = recv(socket, bytes, count, MSG_PEEK | MSG_DONTWAIT);
    return n;
}
