/*
** pids.c: which processes are in a job.
*/
#include "pids.h"

#include <stdlib.h>

enum { ROOM = 64 };

/* The list is cut off without the room for it, and it may have grown when it is asked for again. */
bool jg_pids_read(struct jg_pids *pids, HANDLE job)
{
    pids->list = NULL;
    pids->count = 0;
    for (size_t room = ROOM;; room *= 2) {
        size_t size = sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + room * sizeof(ULONG_PTR);
        JOBOBJECT_BASIC_PROCESS_ID_LIST *list = malloc(size);
        if (list == NULL) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return false;
        }
        bool ok = QueryInformationJobObject(job, JobObjectBasicProcessIdList, list, (DWORD)size, NULL);
        if (ok && list->NumberOfProcessIdsInList >= list->NumberOfAssignedProcesses) {
            pids->list = list;
            pids->at = list->ProcessIdList;
            pids->count = list->NumberOfProcessIdsInList;
            return true;
        }
        DWORD error = GetLastError();
        free(list);
        if (!ok && error != ERROR_MORE_DATA) {
            SetLastError(error);
            return false;
        }
    }
}

void jg_pids_free(struct jg_pids *pids)
{
    free(pids->list);
    pids->list = NULL;
    pids->count = 0;
}
