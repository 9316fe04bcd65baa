// libwebsockets and libev as Swift can call them: what are macros there are static inline functions and constants here.
#pragma once

#include <libwebsockets.h>
#include <ev.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

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

// TLS 1.2 or later. No tickets: their key would live as long as the process, and open all that was ever recorded. No
// renegotiation: it lets a client have the server sign over and over.
static const long outcry_tls_options =
    SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
    SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;

// LWS_WRITE_RAW is another name of LWS_WRITE_HTTP, by a macro.
static inline int outcry_lws_write_raw(struct lws *wsi, unsigned char *bytes, size_t count) {
    return lws_write(wsi, bytes, count, LWS_WRITE_RAW);
}

// libev's watchers are set up by macros.

typedef void (*outcry_ev_timer_callback)(struct ev_loop *, struct ev_timer *, int);

static inline void outcry_ev_timer_start(
    struct ev_loop *loop, struct ev_timer *watcher, outcry_ev_timer_callback callback, double seconds, void *context) {
    ev_timer_init(watcher, callback, seconds, seconds);
    watcher->data = context;
    ev_timer_start(loop, watcher);
}

static inline void *outcry_ev_timer_context(struct ev_timer *watcher) { return watcher->data; }

// What comes in answer to a handshake, for who wants to see it before the library takes it: libev calls what is pending by
// its priority, and the library's own watcher of the same socket has the usual one.

typedef void (*outcry_ev_io_callback)(struct ev_loop *, struct ev_io *, int);

static inline void outcry_ev_peek_start(
    struct ev_loop *loop, struct ev_io *watcher, outcry_ev_io_callback callback, int socket, void *context) {
    ev_io_init(watcher, callback, socket, EV_READ);
    ev_set_priority(watcher, EV_MAXPRI);
    watcher->data = context;
    ev_io_start(loop, watcher);
}

static inline void *outcry_ev_io_context(struct ev_io *watcher) { return watcher->data; }

// Copies what has come and leaves it there. Answers how many bytes, or what is not above zero where there are none.
static inline int outcry_peek(struct lws *wsi, int socket, void *room, int size) {
    SSL *ssl = lws_get_ssl(wsi);
    if (!ssl) return (int)recv(socket, room, (size_t)size, MSG_PEEK | MSG_DONTWAIT);
    int count = SSL_peek(ssl, room, size);
    ERR_clear_error();
    return count;
}

// Reads what has come, past the library: only where it will read no more.
static inline int outcry_read_rest(struct lws *wsi, int socket, void *room, int size) {
    SSL *ssl = lws_get_ssl(wsi);
    if (!ssl) return (int)recv(socket, room, (size_t)size, MSG_DONTWAIT);
    int count = SSL_read(ssl, room, size);
    ERR_clear_error();
    return count;
}

// A server's certificate, while a client's handshake looks at it.

// The library compares names alone. Answers 1, and takes the fault away, where it is that an address was connected to and
// the certificate is for that very address.
static inline int outcry_accept_address(X509_STORE_CTX *store, const char *host) {
    if (X509_STORE_CTX_get_error(store) != X509_V_ERR_HOSTNAME_MISMATCH) return 0;
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    if (!certificate || X509_check_ip_asc(certificate, host, 0) != 1) return 0;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

// The names and addresses that the certificate at hand is for, with spaces between them. What is no host name is left out.
static inline void outcry_certificate_names(X509_STORE_CTX *store, char *room, size_t size) {
    room[0] = 0;
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    if (!certificate) return;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    size_t used = 0;
    for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
        char text[256] = "";
        if (name->type == GEN_DNS) {
            const unsigned char *bytes = ASN1_STRING_get0_data(name->d.dNSName);
            int count = ASN1_STRING_length(name->d.dNSName);
            int is_name = count > 0 && count < (int)sizeof text;
            for (int at = 0; is_name && at < count; at++) is_name = bytes[at] > 0x20 && bytes[at] < 0x7F;
            if (is_name) memcpy(text, bytes, (size_t)count);
        } else if (name->type == GEN_IPADD) {
            int count = ASN1_STRING_length(name->d.iPAddress);
            int family = count == 4 ? AF_INET : AF_INET6;
            if (count != 4 && count != 16) continue;
            if (!inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), text, sizeof text)) continue;
        }
        size_t length = strlen(text);
        if (length == 0 || used + length + 2 > size) continue;
        if (used > 0) room[used++] = ' ';
        memcpy(room + used, text, length + 1);
        used += length;
    }
    GENERAL_NAMES_free(names);
}

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

// A server's certificate and its key, which may be changed while the server runs.

// What a listener serves: a context that has nothing but the chain and its key.
typedef struct outcry_certificate {
    SSL_CTX *pair;
} outcry_certificate;

static const int outcry_no_memory = 1;
static const int outcry_no_certificate = 2;
static const int outcry_no_key = 3;
static const int outcry_no_pair = 4;

// Nobody is there to type a passphrase; OpenSSL would ask the terminal for it.
static int outcry_no_passphrase(char *room, int size, int is_writing, void *context) {
    (void)room, (void)size, (void)is_writing, (void)context;
    return 0;
}

// Reads a chain and a key. Answers 0, or the step that failed with OpenSSL's own words.
static inline int outcry_load_certificate(
    const char *certificate, const char *key, SSL_CTX **pair, char *reason, size_t room) {
    ERR_clear_error();
    int failed = 0;
    EVP_PKEY *private_key = NULL;
    BIO *file = NULL;
    SSL_CTX *found = SSL_CTX_new(TLS_server_method());
    if (!found) {
        failed = outcry_no_memory;
    } else if (SSL_CTX_use_certificate_chain_file(found, certificate) != 1) {
        failed = outcry_no_certificate;
    } else if (!(file = BIO_new_file(key, "r")) ||
               !(private_key = PEM_read_bio_PrivateKey(file, NULL, outcry_no_passphrase, NULL))) {
        failed = outcry_no_key;
    } else if (X509_check_private_key(SSL_CTX_get0_certificate(found), private_key) != 1 ||
               SSL_CTX_use_PrivateKey(found, private_key) != 1) {
        failed = outcry_no_pair;
    }
    const char *words = failed ? ERR_reason_error_string(ERR_peek_error()) : NULL;
    if (room > 0) {
        reason[0] = 0;
        strncat(reason, words ? words : "no reason given", room - 1);
    }
    if (failed && found) {
        SSL_CTX_free(found);
        found = NULL;
    }
    EVP_PKEY_free(private_key);
    BIO_free(file);
    ERR_clear_error();
    *pair = found;
    return failed;
}

// What is in a PEM file, for whoever gave the wrong one.
static const int outcry_pem_unknown = 0;
static const int outcry_pem_certificate = 1;
static const int outcry_pem_key = 2;
static const int outcry_pem_locked_key = 3;

static inline int outcry_kind_of_pem(const char *path) {
    int kind = outcry_pem_unknown;
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long size = 0;
    BIO *file = BIO_new_file(path, "r");
    while (file && kind == outcry_pem_unknown && PEM_read_bio(file, &name, &header, &data, &size) == 1) {
        if (strstr(name, "CERTIFICATE")) {
            kind = outcry_pem_certificate;
        } else if (strstr(name, "PRIVATE KEY")) {
            kind = strstr(name, "ENCRYPTED") || strstr(header, "ENCRYPTED") ? outcry_pem_locked_key : outcry_pem_key;
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
        name = header = NULL;
        data = NULL;
    }
    BIO_free(file);
    ERR_clear_error();
    return kind;
}

static inline int outcry_certificate_is_early(const SSL_CTX *pair) {
    X509 *leaf = SSL_CTX_get0_certificate(pair);
    return leaf && X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0;
}

static inline int outcry_certificate_is_expired(const SSL_CTX *pair) {
    X509 *leaf = SSL_CTX_get0_certificate(pair);
    return leaf && X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0;
}

// One handshake. What the listener was made with is forgotten: it may be of another kind of key, and be served beside.
static int outcry_hand_out_certificate(SSL *ssl, void *context) {
    SSL_CTX *pair = ((outcry_certificate *)context)->pair;
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(pair, &chain);
    SSL_certs_clear(ssl);
    return SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(pair), SSL_CTX_get0_privatekey(pair), chain, 1);
}

static inline void outcry_serve_certificate(SSL_CTX *listener, outcry_certificate *served) {
    SSL_CTX_set_cert_cb(listener, outcry_hand_out_certificate, served);
    // Nothing is resumed: what a client could resume would have to be kept for it.
    SSL_CTX_set_session_cache_mode(listener, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(listener, 0);
}
