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
static const uint64_t outcry_lws_option_listen_accept = LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
// Looks whether a connection begins as TLS does, and takes it also where it does not.
static const uint64_t outcry_lws_option_plain_on_tls_port =
    LWS_SERVER_OPTION_ALLOW_NON_SSL_ON_SSL_PORT | LWS_SERVER_OPTION_ALLOW_HTTP_ON_HTTPS_LISTENER;
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

typedef void (*outcry_ev_timer_callback)(struct ev_loop *, struct ev_timer *, int);

static inline void outcry_ev_timer_start(
    struct ev_loop *loop, struct ev_timer *watcher, outcry_ev_timer_callback callback, double seconds, void *context) {
    ev_timer_init(watcher, callback, seconds, seconds);
    watcher->data = context;
    ev_timer_start(loop, watcher);
}

static inline void *outcry_ev_timer_context(struct ev_timer *watcher) { return watcher->data; }

// Tells the peer that nothing more will be sent; what it still sends can be read.
static inline void outcry_end_output(struct lws *wsi, int socket) {
    SSL *ssl = lws_get_ssl(wsi);
    if (ssl) {
        SSL_shutdown(ssl);
        // An error left in the thread's queue would be taken for one of the library's own next read.
        ERR_clear_error();
    }
    shutdown(socket, SHUT_WR);
}
