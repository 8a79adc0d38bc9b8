/*
** orders.c: what the guard tells init.
*/
#define _GNU_SOURCE
#include "orders.h"

#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "../linux.h"

static unsigned bit(int order)
{
    return 1U << order;
}

/* As signals do it: of a stop and a continue the later one counts. */
static unsigned revoked_by(int order)
{
    return order == SIGCONT ? bit(SIGTSTP) : order == SIGTSTP ? bit(SIGCONT) : 0;
}

void jg_orders_give(int event, int order)
{
    uint64_t one = 1;
    __atomic_and_fetch(&jg_linux.shared->orders, ~revoked_by(order), __ATOMIC_SEQ_CST);
    __atomic_or_fetch(&jg_linux.shared->orders, bit(order), __ATOMIC_SEQ_CST);
    while (write(event, &one, sizeof one) == -1)
        continue; /* EINTR: there is nothing else that it could be */
}

void jg_orders_take(int event, void (*obey)(void *argument, int order), void *argument)
{
    uint64_t count;
    if (read(event, &count, sizeof count) == -1)
        return;
    unsigned orders = __atomic_exchange_n(&jg_linux.shared->orders, 0, __ATOMIC_SEQ_CST);
    for (int order = 0; orders != 0; order++, orders >>= 1)
        if ((orders & 1) != 0)
            obey(argument, order);
}
