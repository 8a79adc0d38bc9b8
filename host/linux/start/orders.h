/*
** orders.h: what the guard tells init.
**
** Not by signals: of those one can be lost to a full queue, or to what our starter has done with it, and anybody may
** send one. It is in the pages that both share, and the event of the start-up says that it is there.
*/
#ifndef JG_ORDERS_H
#define JG_ORDERS_H

/* An order is a signal's number, to be passed on to the harness; or this, which is none's. */
enum { JG_ORDER_END };

/* The guard's side. The same order, given once more before init has taken it, is one. */
void jg_orders_give(int event, int order);

/* Init's side, when the event is readable: calls `obey` for each, in the order of their numbers. */
void jg_orders_take(int event, void (*obey)(void *argument, int order), void *argument);

#endif
