package netem

// An itemPool holds the items of many lists. It grows when it is full and never shrinks.
type itemPool struct {
	all  []pooledItem
	free int32 // first free place, 0 if there is none
}

// pooledItem is a place of the pool. Place 0 is never used: 0 means none.
type pooledItem struct {
	item Item
	next int32 // place of the next item of the list, or of the next free place
}

func (p *itemPool) reset() {
	p.all = append(p.all[:0], pooledItem{})
	p.free = 0
}

// An itemList is a first-in, first-out list of items of an itemPool.
type itemList struct {
	head, tail int32 // places; head is 0 if the list is empty
	bytes      int64
}

func (l *itemList) empty() bool { return l.head == 0 }

func (l *itemList) push(p *itemPool, item *Item) {
	place := p.free
	if place != 0 {
		p.free = p.all[place].next
	} else {
		place = int32(len(p.all))
		p.all = append(p.all, pooledItem{})
	}
	p.all[place].item, p.all[place].next = *item, 0
	if l.head == 0 {
		l.head = place
	} else {
		p.all[l.tail].next = place
	}
	l.tail = place
	l.bytes += int64(item.Size)
}

// pop removes the first item of a list that is not empty.
func (l *itemList) pop(p *itemPool) Item {
	place := l.head
	at := &p.all[place]
	l.head = at.next
	at.next, p.free = p.free, place
	l.bytes -= int64(at.item.Size)
	return at.item
}
