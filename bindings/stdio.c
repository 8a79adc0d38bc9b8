/*
** stdio.c: where standard input and the outputs of a process go, as options have it.
*/
#include <string.h>

#include "command.h"

const char *const jg_stdio_names[3] = {"stdin", "stdout", "stderr"};

struct jg_stdio_plan jg_stdio_option(lua_State *L, int options, const char *function, int which,
                                     enum jg_stdio_mode absent)
{
    static const char *const words[] = {[JG_STDIO_TO_OURS] = "inherit",
                                        [JG_STDIO_TO_NULL] = "null",
                                        [JG_STDIO_TO_CAPTURE] = "capture",
                                        [JG_STDIO_TO_PIPE] = "pipe",
                                        [JG_STDIO_TO_STDOUT] = "stdout"};
    struct jg_stdio_plan plan = {absent, jg_string_option(L, options, function, jg_stdio_names[which])};
    if (plan.text == NULL)
        return plan;
    for (plan.mode = JG_STDIO_TO_OURS; plan.mode < JG_STDIO_TO_FILE; plan.mode++) {
        if (strcmp(words[plan.mode], plan.text) == 0)
            break;
    }
    return plan;
}

bool jg_refuse(struct jg_refusal *refusal, int code, const char *what, const char *subject)
{
    *refusal = (struct jg_refusal){code, what, subject};
    return false;
}

static bool use_null_device(struct jg_host *host, int *descriptor, struct jg_refusal *refusal)
{
    if (host->null_descriptor == -1) {
        int opened = jg_open_descriptor(jg_os_null_device(), UV_FS_O_RDWR);
        if (opened < 0)
            return jg_refuse(refusal, opened, "cannot open", jg_os_null_device());
        host->null_descriptor = opened;
    }
    *descriptor = host->null_descriptor;
    return true;
}

bool jg_stdio_open(struct jg_host *host, int which, const struct jg_stdio_plan *plan, int *opened, int *descriptor,
                   struct jg_refusal *refusal)
{
    if (plan->mode == JG_STDIO_TO_NULL)
        return use_null_device(host, descriptor, refusal);
    int flags = which == 0 ? UV_FS_O_RDONLY : UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_TRUNC;
    int file = jg_open_descriptor(plan->text, flags);
    if (file < 0)
        return jg_refuse(refusal, file, which == 0 ? "cannot open" : "cannot write", plan->text);
    *opened = *descriptor = file;
    return true;
}
