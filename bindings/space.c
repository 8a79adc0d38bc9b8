/*
** space.c: has the disk run full to which a process writes its outputs?
**
** Who writes to a file gets the error itself, and many programs keep it to themselves. So when a process
** has ended whose output goes to a file, its file system is asked, and the status tells. The path is
** kept instead of a descriptor: those are few, and one that is open keeps a removed file's space.
*/
#include <string.h>
#include <sys/stat.h>

#include "process.h"

struct jg_output_file {
    bool full;
    const char *name; /* as it was given: the end of `path` */
    char path[];
};

enum { LONGEST = 4096 };

/* Where a relative name begins; empty for one that is absolute, or if that isn't known. */
static size_t folder_of(const char *name, char *folder, size_t size)
{
    if (jg_os_is_absolute(name) || uv_cwd(folder, &size) != 0)
        return 0;
    folder[size++] = '/';
    return size;
}

void jg_space_watch(lua_State *L, int fields, struct jg_process *process, int which, const char *name)
{
    char folder[LONGEST + 1];
    size_t before = folder_of(name, folder, LONGEST), length = strlen(name) + 1;
    struct jg_output_file *file = lua_newuserdatauv(L, sizeof *file + before + length, 0);
    file->full = false;
    file->name = file->path + before;
    memcpy(file->path, folder, before);
    memcpy(file->path + before, name, length);
    lua_rawsetp(L, fields, file);
    process->file[which] = file;
}

static bool is_regular(const char *path)
{
    uv_fs_t request;
    bool is = uv_fs_stat(NULL, &request, path, NULL) == 0 && (request.statbuf.st_mode & S_IFMT) == S_IFREG;
    uv_fs_req_cleanup(&request);
    return is;
}

/* A file system without any blocks, such as /proc, has no limit to run into. */
static bool is_full(const char *path)
{
    uv_fs_t request;
    bool full = false;
    if (uv_fs_statfs(NULL, &request, path, NULL) == 0) {
        const uv_statfs_t *space = request.ptr;
        full = space->f_blocks > 0 && space->f_bavail == 0;
    }
    uv_fs_req_cleanup(&request);
    return full && is_regular(path);
}

void jg_space_look(struct jg_process *process)
{
    for (int i = 1; i < 3; i++) {
        if (process->file[i] != NULL)
            process->file[i]->full = is_full(process->file[i]->path);
    }
}

const char *jg_space_missing(const struct jg_process *process)
{
    for (int i = 1; i < 3; i++) {
        if (process->file[i] != NULL && process->file[i]->full)
            return process->file[i]->name;
    }
    return NULL;
}
