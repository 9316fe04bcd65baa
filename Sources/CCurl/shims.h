// libcurl as Swift can call it: its setters and getters are variadic, so each kind of argument has a function here.
#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

static inline CURLcode outcry_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl copies strings, and the body of CURLOPT_COPYPOSTFIELDS, whose size must have been set before.
static inline CURLcode outcry_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode outcry_curl_set_bytes(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode outcry_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl keeps the pointer.
static inline CURLcode outcry_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode outcry_curl_set_headers(CURL *easy, struct curl_slist *headers) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

typedef size_t (*outcry_curl_data_callback)(char *data, size_t size, size_t count, void *context);
typedef int (*outcry_curl_prereq_callback)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);
typedef CURLcode (*outcry_curl_tls_callback)(CURL *easy, void *tls_context, void *context);

static inline CURLcode outcry_curl_on_body(CURL *easy, outcry_curl_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
}

static inline CURLcode outcry_curl_on_header(CURL *easy, outcry_curl_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
}

static inline CURLcode outcry_curl_before_request(CURL *easy, outcry_curl_prereq_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode outcry_curl_on_tls(CURL *easy, outcry_curl_tls_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, context);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, callback);
}

static inline long outcry_curl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline CURLMcode outcry_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// Trusts the authorities of a PEM file beside those that the context trusts already. 1 where they were read.
static inline int outcry_tls_trust_also(void *tls_context, const char *file) {
    return SSL_CTX_load_verify_locations((SSL_CTX *)tls_context, file, NULL);
}
