#pragma once
#include <stdio.h>
#include <wchar.h>
#include <histedit.h>

/* wchar.h declares it only to those who ask for X/Open before the first header. */
extern int wcwidth(wchar_t);

/* Editline's own interface: each editor is a value, unlike the readline emulation, which is global state.
 * el_set, el_get and history are variadic, and stdin and stdout are macros or mutable globals: Swift needs these. */

static inline EditLine *outcry_el_open(const char *name) { return el_init(name, stdin, stdout, stderr); }

/* stdio.h declares these only to those who ask for GNU's extensions before the first header. */
#include <bits/types/cookie_io_functions_t.h>
extern FILE *fopencookie(void *, const char *, cookie_io_functions_t);

/* As above, but all that the editor writes goes through a function; `stream` is to be closed after the editor. */
static inline EditLine *outcry_el_open_through(
    const char *name, ssize_t (*write)(void *, const char *, size_t), void *context, FILE **stream) {
    cookie_io_functions_t functions = {NULL, write, NULL, NULL};
    *stream = fopencookie(context, "w", functions);
    if (!*stream) return NULL;
    return el_init_fd(name, stdin, *stream, stderr, fileno(stdin), fileno(stdout), fileno(stderr));
}

static inline void outcry_el_set_context(EditLine *el, void *context) { el_set(el, EL_CLIENTDATA, context); }

static inline void *outcry_el_context(EditLine *el) {
    void *context = NULL;
    el_get(el, EL_CLIENTDATA, &context);
    return context;
}

/* The prompt may hold escape sequences between two characters of value 1. */
static inline void outcry_el_set_prompt(EditLine *el, char *(*prompt)(EditLine *)) {
    el_set(el, EL_PROMPT_ESC, prompt, '\1');
}

static inline void outcry_el_set_reader(EditLine *el, int (*read)(EditLine *, wchar_t *)) {
    el_set(el, EL_GETCFN, read);
}

static inline void outcry_el_use_emacs(EditLine *el) { el_set(el, EL_EDITOR, "emacs"); }
static inline void outcry_el_ignore_signals(EditLine *el) { el_set(el, EL_SIGNAL, 0); }
static inline void outcry_el_prepare_terminal(EditLine *el, int on) { el_set(el, EL_PREP_TERM, on); }
static inline void outcry_el_refresh(EditLine *el) { el_set(el, EL_REFRESH); }

static inline void outcry_el_add_function(
    EditLine *el, const char *name, const char *help, unsigned char (*function)(EditLine *, int)) {
    el_set(el, EL_ADDFN, name, help, function);
}

static inline void outcry_el_bind(EditLine *el, const char *key, const char *function) {
    el_set(el, EL_BIND, key, function, NULL);
}

/* A history of at most `size` lines, without two equal neighbours, for this editor. */
static inline History *outcry_history_open(EditLine *el, int size) {
    HistEvent event;
    History *lines = history_init();
    if (!lines) return NULL;
    history(lines, &event, H_SETSIZE, size);
    history(lines, &event, H_SETUNIQUE, 1);
    el_set(el, EL_HIST, history, lines);
    return lines;
}

static inline void outcry_history_enter(History *lines, const char *line) {
    HistEvent event;
    history(lines, &event, H_ENTER, line);
}

static inline int outcry_columns(int character) { return wcwidth((wchar_t)character); }

/* stdout is a macro. Answers 0 where all that was ever printed to it has been taken. */
static inline int outcry_print_all(void) {
    int failed = fflush(stdout) != 0;
    return failed || ferror(stdout);
}
