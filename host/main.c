/*
** main.c: which role is this process?
*/
#include "command.h"
#include "exit.h"
#include "guard.h"
#include "harness.h"
#include "os.h"

int main(int argc, char **argv)
{
    struct jg_command command;
    struct jg_os_start *start = jg_os_begin(&argc, argv);
    int status;
    if (!jg_command_parse(&command, argc, argv, &status))
        return status;
    if (start != NULL)
        return jg_harness_main(start, &command);
    return jg_guard_main(&command);
}
