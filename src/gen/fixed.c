#include "fixed.h"

#include <errno.h>
#include <string.h>

#include "names.h"
#include "place.h"
#include "text.h"

#define LABEL_REPEATED GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED
#define TYPE_BYTES     GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES
#define TYPE_GROUP     GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_GROUP
#define TYPE_MESSAGE   GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE
#define TYPE_STRING    GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING

/*
 * struct gen_fixed_state - what is known of a message
 * @is_open:      the walk is inside of it
 * @is_checked:   it was fine, and so was all that it contains
 * @wants_sizes:  it has a field that needs a size, or contains one that does
 * @n_list:       of the list that it was last queued for; they are counted from 1
 * @explanation:  NULL until asked for
 */
struct gen_fixed_state {
    bool is_open;
    bool is_checked;
    bool wants_sizes;
    size_t n_list;
    const char *explanation;
};

/* A message and how many of its fields were looked at. */
struct gen_fixed_step {
    const struct gen_message *message;
    size_t n_fields;
};

/* A field and what is to be known of it. */
struct field {
    const gen_proto_field *proto;
    const struct gen_message *outer;
    size_t index;
    struct gen_field_options options;
    const struct gen_message *inner; /* the message that it is; NULL for any other type */
};

int gen_fixed_init(struct gen_fixed *fixed, const struct gen_catalog *catalog, struct gen_pool *pool,
                   const char **error)
{
    *fixed = (struct gen_fixed){ .pool = pool, .catalog = catalog, .error = error };
    fixed->states = gen_pool_array(pool, catalog->n_messages, sizeof(fixed->states[0]));
    fixed->steps = gen_pool_array(pool, catalog->n_messages, sizeof(fixed->steps[0]));
    return fixed->states && fixed->steps ? 0 : -ENOMEM;
}

static struct gen_fixed_state *state_of(const struct gen_fixed *fixed, const struct gen_message *message)
{
    return &fixed->states[message - fixed->catalog->messages];
}

static int malformed(struct gen_fixed *fixed, const char *what)
{
    *fixed->error = what;
    return -EBADMSG;
}

/* About what has that number among those of that kind in @message: a field, a oneof. */
static int __attribute__((format(printf, 5, 6)))
refuse(struct gen_fixed *fixed, const struct gen_message *message, int32_t kind, size_t index, const char *format, ...)
{
    int32_t *path = gen_pool_array(fixed->pool, message->n_path + 2, sizeof(path[0]));
    va_list args;
    int r;

    if (!path)
        return -ENOMEM;
    memcpy(path, message->path, message->n_path * sizeof(path[0]));
    path[message->n_path] = kind;
    path[message->n_path + 1] = (int32_t)index;

    va_start(args, format);
    r = gen_place_refuse(fixed->pool, message->source->proto, path, message->n_path + 2, fixed->error, format, args);
    va_end(args);
    return r;
}

static int read_field(struct gen_fixed *fixed, const struct gen_message *outer, size_t index, struct field *ret)
{
    const gen_proto_field *proto = outer->proto->field[index];

    *ret = (struct field){ .proto = proto, .outer = outer, .index = index };
    if (!proto->name)
        return malformed(fixed, "a field has no name");
    if (gen_field_options_read(proto, &ret->options) < 0)
        return malformed(fixed, "a field's option nanopb makes no sense");
    if (proto->type != TYPE_MESSAGE && proto->type != TYPE_GROUP)
        return 0;

    ret->inner = proto->type_name ? gen_catalog_find_message(fixed->catalog, proto->type_name) : NULL;
    return ret->inner ? 0 : malformed(fixed, "a field's type is not described");
}

/* Names */

static int check_name(struct gen_fixed *fixed, const struct gen_message *message, int32_t kind, size_t index,
                      const char *name, const char **cxx)
{
    const char *what = kind == GEN_MESSAGE_FIELD ? "field" : "oneof", *outer = message->full_name + 1;

    if (!name)
        return malformed(fixed, "a oneof has no name");
    if (!gen_name_is_legal(name, false))
        return refuse(fixed, message, kind, index, "%s '%s' of %s has no name that C can have", what, name, outer);
    if (gen_name_is_keyword_of_c(name))
        return refuse(fixed, message, kind, index,
                      "%s %s of %s is a keyword of C, and nanopb would call it so: give it another name, which changes "
                      "nothing on the wire",
                      what, name, outer);
    if (*cxx || !gen_name_is_keyword_of_cxx(name) || !gen_name_is_legal(outer, true))
        return 0;
    *cxx = gen_pool_printf(fixed->pool, "%s.%s", outer, name);
    return *cxx ? 0 : -ENOMEM;
}

/* The name of the union that it is in; what comes of `optional` in proto3 is none in C. */
static int check_oneof_of(struct gen_fixed *fixed, const struct field *field, const char **cxx)
{
    const gen_proto_message *outer = field->outer->proto;
    int32_t index = field->proto->oneof_index;

    if (!field->proto->has_oneof_index || field->proto->proto3_optional)
        return 0;
    if (index < 0 || (size_t)index >= outer->n_oneof_decl)
        return malformed(fixed, "a field is in a oneof that is not described");
    return check_name(fixed, field->outer, GEN_MESSAGE_ONEOF, (size_t)index, outer->oneof_decl[index]->name, cxx);
}

static int check_names(struct gen_fixed *fixed, const struct gen_message *message, const char **cxx)
{
    struct field field;
    int r = 0;

    for (size_t i = 0; r == 0 && i < message->proto->n_field; i++) {
        r = read_field(fixed, message, i, &field);
        if (r < 0 || field.options.is_left_out)
            continue;
        r = check_name(fixed, message, GEN_MESSAGE_FIELD, i, field.proto->name, cxx);
        if (r == 0)
            r = check_oneof_of(fixed, &field, cxx);
    }
    return r;
}

int gen_fixed_check_file(struct gen_fixed *fixed, const struct gen_source *source, const char **ret)
{
    const char *cxx = NULL;
    int r = 0;

    for (size_t i = 0; r == 0 && i < fixed->catalog->n_messages; i++) {
        if (fixed->catalog->messages[i].source == source)
            r = check_names(fixed, &fixed->catalog->messages[i], &cxx);
    }
    if (r == 0)
        *ret = cxx;
    return r;
}

/* Numbers, and messages in messages: all that one contains is walked through once. */

static bool is_map(const struct field *field)
{
    const Google__Protobuf__MessageOptions *options = field->inner ? field->inner->proto->options : NULL;

    return options && options->map_entry;
}

static bool wants_count(const struct field *field)
{
    return field->proto->label == LABEL_REPEATED && !field->options.has_count;
}

static bool wants_size(const struct field *field)
{
    return (field->proto->type == TYPE_STRING || field->proto->type == TYPE_BYTES) && !field->options.has_size;
}

/* What stands in a text about it must be of the kind that can. */
static int check_text(struct gen_fixed *fixed, const struct gen_message *message)
{
    const char *file = message->source->proto->name;

    if (!gen_name_is_legal(message->full_name + 1, true))
        return malformed(fixed, "a message has no name that C can have");
    if (gen_name_is_safe_file(file))
        return 0;
    *fixed->error =
        gen_pool_printf(fixed->pool, "%s is in '%s', which is not the name of a file that an #include can name",
                        message->full_name + 1, file);
    return *fixed->error ? -EINVAL : -ENOMEM;
}

static int check_field(struct gen_fixed *fixed, const struct field *field)
{
    const gen_proto_field *proto = field->proto;
    const char *outer = field->outer->full_name + 1;

    if (!gen_name_is_legal(proto->name, false))
        return refuse(fixed, field->outer, GEN_MESSAGE_FIELD, field->index,
                      "field '%s' of %s has no name that C can have", proto->name, outer);
    if (proto->number > GEN_FIXED_NUMBER_MAX)
        return refuse(fixed, field->outer, GEN_MESSAGE_FIELD, field->index,
                      "field %s of %s has the number %ld, and nanopb knows none above %d: give it another, or leave it "
                      "out with [(nanopb).type = FT_IGNORE]",
                      proto->name, outer, (long)proto->number, GEN_FIXED_NUMBER_MAX);
    if (field->inner && state_of(fixed, field->inner)->is_open)
        return refuse(fixed, field->outer, GEN_MESSAGE_FIELD, field->index,
                      "%s contains itself, by field %s of %s, so it has no fixed size: leave that out with "
                      "[(nanopb).type = FT_IGNORE], or put it into bytes",
                      field->inner->full_name + 1, proto->name, outer);
    return 0;
}

/* One field of the message on top: 1 when there is a message to walk into, @ret. */
static int take_step(struct gen_fixed *fixed, struct gen_fixed_step *step, const struct gen_message **ret)
{
    struct gen_fixed_state *state = state_of(fixed, step->message);
    struct field field;
    int r;

    r = read_field(fixed, step->message, step->n_fields++, &field);
    if (r < 0 || field.options.is_left_out)
        return r;
    r = check_field(fixed, &field);
    if (r < 0)
        return r;

    state->wants_sizes |= wants_count(&field) || wants_size(&field);
    if (!field.inner)
        return 0;
    state->wants_sizes |= state_of(fixed, field.inner)->wants_sizes;
    *ret = field.inner;
    return !state_of(fixed, field.inner)->is_checked;
}

static int enter(struct gen_fixed *fixed, const struct gen_message *message, size_t *depth)
{
    state_of(fixed, message)->is_open = true;
    fixed->steps[(*depth)++] = (struct gen_fixed_step){ .message = message };
    return check_text(fixed, message);
}

static void leave(struct gen_fixed *fixed, size_t *depth)
{
    struct gen_fixed_state *state = state_of(fixed, fixed->steps[--*depth].message);

    state->is_open = false;
    state->is_checked = true;
    if (*depth > 0)
        state_of(fixed, fixed->steps[*depth - 1].message)->wants_sizes |= state->wants_sizes;
}

int gen_fixed_check_message(struct gen_fixed *fixed, const struct gen_message *message)
{
    size_t depth = 0;
    int r;

    if (state_of(fixed, message)->is_checked)
        return 0;

    r = enter(fixed, message, &depth);
    while (r == 0 && depth > 0) {
        struct gen_fixed_step *step = &fixed->steps[depth - 1];
        const struct gen_message *inner = NULL;

        if (step->n_fields == step->message->proto->n_field) {
            leave(fixed, &depth);
            continue;
        }
        r = take_step(fixed, step, &inner);
        if (r > 0)
            r = enter(fixed, inner, &depth);
    }
    return r;
}

/* The list: a message's own fields stand before those of what it contains. */

static const char *kind_of(const struct field *field)
{
    bool is_repeated = field->proto->label == LABEL_REPEATED;

    if (field->proto->type == TYPE_STRING)
        return is_repeated ? "repeated string" : "string";
    if (field->proto->type == TYPE_BYTES)
        return is_repeated ? "repeated bytes" : "bytes";
    return is_map(field) ? "map" : "repeated";
}

static const char *wanted_by(const struct field *field)
{
    if (!wants_size(field))
        return "max_count";
    if (field->proto->type == TYPE_BYTES)
        return wants_count(field) ? "max_count and max_size" : "max_size";
    return wants_count(field) ? "max_count and max_length" : "max_length";
}

static void put_field(struct gen_fixed *fixed, struct gen_text *text, const struct field *field, size_t n_before)
{
    const char *stem = gen_name_stem(fixed->pool, field->outer->source->proto->name);

    gen_text_printf(text, "%s", n_before > 0 ? ", " : "; each of these needs one: ");
    if (n_before == GEN_FIXED_SHOWN_MAX)
        gen_text_printf(text, "...");
    else
        gen_text_printf(text, "%s.%s (%s: %s) in %s.options", field->outer->full_name + 1, field->proto->name,
                        kind_of(field), wanted_by(field), stem ? stem : "");
    text->has_failed |= !stem;
}

/* A message that wants sizes and is not in the queue of this list yet goes there. */
static void enqueue(struct gen_fixed *fixed, const struct gen_message *message, size_t *n_queued)
{
    struct gen_fixed_state *state = state_of(fixed, message);

    if (!state->wants_sizes || state->n_list == fixed->n_lists)
        return;
    state->n_list = fixed->n_lists;
    fixed->steps[(*n_queued)++].message = message;
}

static int list_message(struct gen_fixed *fixed, struct gen_text *text, const struct gen_message *message,
                        size_t *n_queued, size_t *n_listed)
{
    struct field field;
    int r = 0;

    for (size_t i = 0; i < message->proto->n_field && *n_listed <= GEN_FIXED_SHOWN_MAX; i++) {
        r = read_field(fixed, message, i, &field);
        if (r < 0)
            return r;
        if (field.options.is_left_out)
            continue;
        if (wants_count(&field) || wants_size(&field))
            put_field(fixed, text, &field, (*n_listed)++);
        if (field.inner)
            enqueue(fixed, field.inner, n_queued);
    }
    return 0;
}

static bool is_of_google(const struct gen_message *message)
{
    return strncmp(message->source->proto->name, "google/protobuf/", strlen("google/protobuf/")) == 0;
}

/* Nobody would look for their options elsewhere than where protoc has those files. */
static const char hint_for_google[] = "; put options of google/protobuf into a folder google/protobuf, in one of "
                                      "IMPORT_DIRS or where eyelet_generate() is called";

static int explain(struct gen_fixed *fixed, const struct gen_message *message, struct gen_text *text)
{
    size_t n_queued = 0, n_listed = 0;
    bool has_google = false;
    int r = 0;

    fixed->n_lists++;
    enqueue(fixed, message, &n_queued);
    for (size_t i = 0; r == 0 && i < n_queued; i++) {
        size_t n_before = n_listed;

        r = list_message(fixed, text, fixed->steps[i].message, &n_queued, &n_listed);
        has_google |= n_listed > n_before && n_before < GEN_FIXED_SHOWN_MAX && is_of_google(fixed->steps[i].message);
    }
    gen_text_printf(text, "%s", has_google ? hint_for_google : "");
    return r;
}

int gen_fixed_explain(struct gen_fixed *fixed, const struct gen_message *message, const char **ret)
{
    struct gen_fixed_state *state = state_of(fixed, message);
    struct gen_text text;
    int r = 0;

    if (!state->explanation) {
        gen_text_init(&text, fixed->pool);
        if (state->wants_sizes)
            r = explain(fixed, message, &text);
        else
            gen_text_printf(&text, ", since a field of it is a callback or a pointer, by the .options files");
        if (r == 0 && text.has_failed)
            r = -ENOMEM;
        state->explanation = text.data;
    }
    if (r == 0)
        *ret = state->explanation;
    return r;
}
