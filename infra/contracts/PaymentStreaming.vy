# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
# pragma nonreentrancy on
"""
@title PaymentStreaming
@license MIT
@notice Pays workers in USDC: numbered batches out of GigStream's custody, and streams that payers lock up themselves
        and that accrue by the second.
@dev The contract's balance is escrow (what streams hold) and custody (all the rest). Batches pay out of custody only.

     A stream takes one slot. Its id says who earns and who pays, so neither is stored with it:

         id     = serial (64 bits) | payer's number (32) | worker's address (160)
         terms  = state (2) | end (36) | anchor time (36) | anchor amount (60) | released (60) | total (60)

     60 bits of micro-USDC are a million million USDC, which is what the books' numeric(18,6) holds; 36 bits of seconds
     last until the year 4147. What has accrued at a moment t is

         anchor amount + (total - anchor amount) * (min(t, end) - anchor time) // (end - anchor time)

     in whole micro-USDC and whole seconds, the same formula as schema/functions/public/stream_accrued.sql and
     gigstream/rules/accrual.py. While paused or cancelled, what has accrued is the anchor amount. A stream that holds
     nothing any more is deleted; what became of it is in the events.

     State is written before the token is called, though no function can be entered while another runs; only a cancel
     that could not pay its worker writes him down again afterwards. Nothing but pay_many, a claim, a release and a
     refund moves tokens out, and no function is payable.
"""

from ethereum.ercs import IERC20

struct Terms:
    worker: address
    total: uint256
    start_time: uint256
    end_time: uint256

struct Stream:
    payer: address
    worker: address
    status: uint256
    total: uint256
    released: uint256
    accrued: uint256
    anchor_amount: uint256
    anchor_time: uint256
    end_time: uint256

event BatchPaid:
    first_payment_no: indexed(uint256)
    payments: uint256
    paid: uint256

event PaymentFailed:
    payment_no: indexed(uint256)
    payee: indexed(address)
    amount: uint256

event StreamCreated:
    stream_id: indexed(uint256)
    payer: indexed(address)
    worker: indexed(address)
    total: uint256
    start_time: uint256
    end_time: uint256

event StreamReleased:
    stream_id: indexed(uint256)
    amount: uint256

event StreamPaused:
    stream_id: indexed(uint256)
    accrued: uint256

event StreamResumed:
    stream_id: indexed(uint256)
    end_time: uint256

event StreamToppedUp:
    stream_id: indexed(uint256)
    payer: indexed(address)
    amount: uint256
    end_time: uint256

event StreamCancelled:
    stream_id: indexed(uint256)
    accrued: uint256
    refunded: uint256

event Halted:
    pass

event Unhalted:
    pass

event PayerChanged:
    payer: indexed(address)

event OwnershipOffered:
    owner: indexed(address)
    pending_owner: indexed(address)

event OwnershipTaken:
    owner: indexed(address)

MAX_PAYMENTS: constant(uint256) = 500
MAX_STREAMS: constant(uint256) = 200

# What one payee of a batch may burn: a transfer that goes wrong with an invalid opcode takes all the gas it is given.
PAYEE_GAS: constant(uint256) = 300_000

# Where a stream's terms lie in their word.
AMOUNT: constant(uint256) = 2**60 - 1
TIME: constant(uint256) = 2**36 - 1
RELEASED_AT: constant(uint256) = 60
ANCHOR_AMOUNT_AT: constant(uint256) = 120
ANCHOR_TIME_AT: constant(uint256) = 180
END_AT: constant(uint256) = 216
STATE_AT: constant(uint256) = 252

ACTIVE: constant(uint256) = 0
PAUSED: constant(uint256) = 1
CANCELLED: constant(uint256) = 2

# Where a stream's id says who pays and how many streams there were before.
WORKER: constant(uint256) = 2**160 - 1
PAYER_AT: constant(uint256) = 160
PAYER: constant(uint256) = 2**32 - 1
SERIAL_AT: constant(uint256) = 192

# Where the parts of `books` lie; the lowest 128 bits are what streams hold.
ESCROWED: constant(uint256) = 2**128 - 1
STREAMS_AT: constant(uint256) = 128
STREAMS: constant(uint256) = 2**64 - 1
PAYERS_AT: constant(uint256) = 192
HALTED_AT: constant(uint256) = 224

# The USDC that is paid and escrowed.
token: public(immutable(address))

# Who may halt, choose the payer and give the ownership away: a cold key, which cannot pay.
owner: public(address)
# Who has been offered the ownership and has not taken it yet.
pending_owner: public(address)
# Who may pay batches: the settlement's hot key.
payer: public(address)

# halted (1 bit) | payers (32) | streams (64) | escrowed (128): one slot, because a new stream changes three of them.
books: uint256
# A stream's terms by its id.
streams: HashMap[uint256, uint256]
# Payers of streams by number, from 1 on, and their numbers.
payers: HashMap[uint256, address]
payer_numbers: HashMap[address, uint256]
# 256 payment numbers a slot: a bit is set when its number is used.
used: HashMap[uint256, uint256]


@deploy
def __init__(token_: address, owner_: address, payer_: address):
    """
    @notice Opens without custody, streams and used numbers.
    @param token_ The USDC to pay with
    @param owner_ The cold key
    @param payer_ The hot key
    """
    assert token_.is_contract, "token is no contract"
    assert owner_ != empty(address), "owner is nobody"
    token = token_
    self.owner = owner_
    log OwnershipTaken(owner=owner_)
    self._set_payer(payer_)


# Batches


@external
def pay_many(
    first_payment_no: uint256,
    payees: DynArray[address, MAX_PAYMENTS],
    amounts: DynArray[uint256, MAX_PAYMENTS],
):
    """
    @notice Pays many workers out of custody. A payee who cannot be paid (his transfer reverts or returns false) holds
            up nobody: his payment is logged as failed, its number is used and its amount stays in custody.
    @dev Reverts as a whole when a number was used before or when custody does not cover all amounts. The payer only.
    @param first_payment_no The first payee's number; the others' follow without gaps
    @param payees Who is paid
    @param amounts What each is paid, in micro-USDC
    """
    assert msg.sender == self.payer, "not the payer"
    books: uint256 = self.books
    assert books >> HALTED_AT == 0, "halted"
    payments: uint256 = len(payees)
    assert payments != 0 and len(amounts) == payments, "lengths differ or are 0"
    self._use(first_payment_no, payments)
    due: uint256 = 0
    for amount: uint256 in amounts:
        due += amount
    assert due <= self._custody(books), "custody is short"

    paid: uint256 = due
    for i: uint256 in range(payments, bound=MAX_PAYMENTS):
        if not self._sent(payees[i], amounts[i]):
            paid = unsafe_sub(paid, amounts[i])
            log PaymentFailed(payment_no=first_payment_no + i, payee=payees[i], amount=amounts[i])
    log BatchPaid(first_payment_no=first_payment_no, payments=payments, paid=paid)


@internal
def _use(first: uint256, payments: uint256):
    # A mask for each slot that the numbers touch, which are three at most.
    last: uint256 = first + (payments - 1)
    for slot: uint256 in range(first >> 8, (last >> 8) + 1, bound=MAX_PAYMENTS // 256 + 2):
        mask: uint256 = max_value(uint256)
        if slot == first >> 8:
            mask = mask << (first & 255)
        if slot == last >> 8:
            mask = mask & (max_value(uint256) >> (255 - (last & 255)))
        before: uint256 = self.used[slot]
        assert before & mask == 0, "payment number is used"
        self.used[slot] = before | mask


@internal
def _sent(to: address, amount: uint256) -> bool:
    # A transfer to the contract itself would look like a payment and move nothing.
    success: bool = False
    if to != self:
        answer: Bytes[32] = b""
        success, answer = raw_call(
            token,
            abi_encode(to, amount, method_id=method_id("transfer(address,uint256)")),
            max_outsize=32,
            gas=PAYEE_GAS,
            revert_on_failure=False,
        )
        success = success and len(answer) == 32 and convert(answer, uint256) == 1
        # The callee gets 63 of 64 parts of what is left, and PAYEE_GAS at most. With less than this left afterwards it
        # may have failed for want of gas, which is the caller's fault and not the payee's.
        assert success or msg.gas > PAYEE_GAS // 63, "too little gas"
    return success


@external
@view
def is_used(payment_no: uint256) -> bool:
    """
    @notice Whether a batch has used this payment number, be it that the payment failed.
    """
    return (self.used[payment_no >> 8] >> (payment_no & 255)) & 1 == 1


@external
@view
def escrowed() -> uint256:
    """
    @notice What streams hold, in micro-USDC.
    """
    return self.books & ESCROWED


@external
@view
def custody() -> uint256:
    """
    @notice What batches may pay, in micro-USDC: all that is not escrow.
    """
    return self._custody(self.books)


@internal
@view
def _custody(books: uint256) -> uint256:
    return staticcall IERC20(token).balanceOf(self) - (books & ESCROWED)


# Streams


@external
def create(worker: address, total: uint256, start_time: uint256, end_time: uint256) -> uint256:
    """
    @notice Locks up a total that accrues to a worker evenly by the second; the caller pays, and has approved it.
    @param worker Who earns it
    @param total Micro-USDC, below 2**60
    @param start_time Unix seconds; it may lie behind, so that a part has accrued at once
    @param end_time Unix seconds, ahead and after the start, below 2**36
    @return The stream's id
    """
    books: uint256 = self.books
    payer_no: uint256 = 0
    books, payer_no = self._payer_no(books)
    stream_id: uint256 = self._open(
        books, payer_no, Terms(worker=worker, total=total, start_time=start_time, end_time=end_time)
    )
    self.books = books + total + (1 << STREAMS_AT)
    self._pull(total)
    log StreamCreated(
        stream_id=stream_id, payer=msg.sender, worker=worker, total=total, start_time=start_time, end_time=end_time
    )
    return stream_id


@external
def create_many(terms: DynArray[Terms, MAX_STREAMS]) -> DynArray[uint256, MAX_STREAMS]:
    """
    @notice Creates many streams as `create` does, with one transfer of all their totals.
    @param terms Worker, total, start and end of each
    @return The streams' ids
    """
    books: uint256 = self.books
    payer_no: uint256 = 0
    books, payer_no = self._payer_no(books)
    total: uint256 = 0
    stream_ids: DynArray[uint256, MAX_STREAMS] = []
    for one: Terms in terms:
        stream_ids.append(self._open(books, payer_no, one))
        total += one.total
        books += one.total + (1 << STREAMS_AT)
    self.books = books
    self._pull(total)
    for i: uint256 in range(len(terms), bound=MAX_STREAMS):
        log StreamCreated(
            stream_id=stream_ids[i],
            payer=msg.sender,
            worker=terms[i].worker,
            total=terms[i].total,
            start_time=terms[i].start_time,
            end_time=terms[i].end_time,
        )
    return stream_ids


@internal
def _payer_no(books: uint256) -> (uint256, uint256):
    # The caller's number, and the books with him among the payers.
    assert books >> HALTED_AT == 0, "halted"
    number: uint256 = self.payer_numbers[msg.sender]
    if number != 0:
        return books, number
    number = ((books >> PAYERS_AT) & PAYER) + 1
    assert number <= PAYER, "too many payers"
    self.payer_numbers[msg.sender] = number
    self.payers[number] = msg.sender
    return books + (1 << PAYERS_AT), number


@internal
def _open(books: uint256, payer_no: uint256, terms: Terms) -> uint256:
    assert terms.worker != empty(address) and terms.worker != self, "worker cannot be paid"
    assert terms.total != 0 and terms.total <= AMOUNT, "total is 0 or too much"
    assert terms.start_time < terms.end_time, "end is not after start"
    self._check_end(terms.end_time)
    serial: uint256 = (books >> STREAMS_AT) & STREAMS
    stream_id: uint256 = serial << SERIAL_AT | payer_no << PAYER_AT | convert(terms.worker, uint256)
    self.streams[stream_id] = self._packed(terms.total, 0, 0, terms.start_time, terms.end_time, ACTIVE)
    return stream_id


@external
def claim(stream_id: uint256) -> uint256:
    """
    @notice Pays the worker what has accrued and was not released: at any time, halted or not. The worker only.
    @return What was paid, in micro-USDC
    """
    assert stream_id & WORKER == convert(msg.sender, uint256), "not the worker"
    return self._release(stream_id)


@external
def release(stream_id: uint256) -> uint256:
    """
    @notice Pays the worker what has accrued and was not released, whoever asks for it.
    @return What was paid, in micro-USDC
    """
    return self._release(stream_id)


@internal
def _release(stream_id: uint256) -> uint256:
    terms: uint256 = self._terms(stream_id)
    amount: uint256 = self._accrued(terms, block.timestamp) - ((terms >> RELEASED_AT) & AMOUNT)
    assert amount != 0, "nothing to release"
    terms = unsafe_add(terms, amount << RELEASED_AT)
    if (terms >> RELEASED_AT) & AMOUNT == terms & AMOUNT:
        terms = 0
    self.streams[stream_id] = terms
    self.books -= amount
    worker: address = convert(stream_id & WORKER, address)
    assert extcall IERC20(token).transfer(worker, amount), "transfer failed"
    log StreamReleased(stream_id=stream_id, amount=amount)
    return amount


@external
def pause(stream_id: uint256):
    """
    @notice Stops the accrual; what has accrued stays the worker's, to claim at any time. The stream's payer only.
    """
    terms: uint256 = self._own(stream_id)
    assert self._state(terms) == ACTIVE, "not active"
    assert block.timestamp < self._end(terms), "stream is at its end"
    accrued: uint256 = self._accrued(terms, block.timestamp)
    self.streams[stream_id] = self._packed(
        self._total(terms),
        self._released(terms),
        accrued,
        max(block.timestamp, self._anchor_time(terms)),
        self._end(terms),
        PAUSED,
    )
    log StreamPaused(stream_id=stream_id, accrued=accrued)


@external
def resume(stream_id: uint256):
    """
    @notice Lets a paused stream accrue again; its end moves by as long as the pause was. The stream's payer only.
    """
    terms: uint256 = self._own(stream_id)
    assert self._state(terms) == PAUSED, "not paused"
    # The anchor is when the pause began, or a start that was, and may still be, ahead of it.
    paused_at: uint256 = self._anchor_time(terms)
    anchor_time: uint256 = max(block.timestamp, paused_at)
    end_time: uint256 = self._end(terms) + anchor_time - paused_at
    assert end_time <= TIME, "end is too far"
    self.streams[stream_id] = self._packed(
        self._total(terms), self._released(terms), self._anchor_amount(terms), anchor_time, end_time, ACTIVE
    )
    log StreamResumed(stream_id=stream_id, end_time=end_time)


@external
def top_up(stream_id: uint256, amount: uint256, end_time: uint256):
    """
    @notice Adds to a stream's total; what has accrued stays, the rest accrues evenly from now on. Its payer only.
    @param amount Micro-USDC
    @param end_time The new end in unix seconds, or 0 to keep the end
    """
    assert self.books >> HALTED_AT == 0, "halted"
    terms: uint256 = self._own(stream_id)
    state: uint256 = self._state(terms)
    total: uint256 = self._total(terms)
    ends: uint256 = self._end(terms)
    anchor_time: uint256 = self._anchor_time(terms)
    assert state != CANCELLED, "stream is cancelled"
    assert amount != 0 and amount <= AMOUNT - total, "amount is 0 or too much"
    accrued: uint256 = self._accrued(terms, block.timestamp)
    if state == ACTIVE:
        assert block.timestamp < ends, "stream is at its end"
        anchor_time = max(block.timestamp, anchor_time)
    if end_time != 0:
        self._check_end(end_time)
        assert anchor_time < end_time, "end is not after start"
        ends = end_time
    self.streams[stream_id] = self._packed(total + amount, self._released(terms), accrued, anchor_time, ends, state)
    self.books += amount
    self._pull(amount)
    log StreamToppedUp(stream_id=stream_id, payer=msg.sender, amount=amount, end_time=ends)


@external
def cancel(stream_id: uint256) -> uint256:
    """
    @notice Ends a stream for good: pays the worker what has accrued and refunds the rest, halted or not. A worker who
            cannot be paid does not hold up the refund: what has accrued stays his, to claim. The stream's payer only.
    @return What was refunded, in micro-USDC
    """
    terms: uint256 = self._own(stream_id)
    accrued: uint256 = self._accrued(terms, block.timestamp)
    refunded: uint256 = (terms & AMOUNT) - accrued
    assert refunded != 0, "nothing to refund"
    released: uint256 = (terms >> RELEASED_AT) & AMOUNT
    due: uint256 = accrued - released
    self.streams[stream_id] = 0
    self.books -= refunded + due
    assert extcall IERC20(token).transfer(msg.sender, refunded), "transfer failed"
    log StreamCancelled(stream_id=stream_id, accrued=accrued, refunded=refunded)
    if due != 0:
        if self._sent(convert(stream_id & WORKER, address), due):
            log StreamReleased(stream_id=stream_id, amount=due)
        else:
            # The stream stays, for him alone. Nothing could be entered since it was gone.
            self.streams[stream_id] = self._packed(
                accrued, released, accrued, self._anchor_time(terms), self._end(terms), CANCELLED
            )
            self.books += due
    return refunded


@external
@view
def details(stream_id: uint256) -> Stream:
    """
    @notice A stream at the block's time, as long as it holds anything. Its status is 0 active, 1 paused, 2 cancelled.
    """
    terms: uint256 = self._terms(stream_id)
    return Stream(
        payer=self.payers[(stream_id >> PAYER_AT) & PAYER],
        worker=convert(stream_id & WORKER, address),
        status=self._state(terms),
        total=self._total(terms),
        released=self._released(terms),
        accrued=self._accrued(terms, block.timestamp),
        anchor_amount=self._anchor_amount(terms),
        anchor_time=self._anchor_time(terms),
        end_time=self._end(terms),
    )


@internal
@view
def _terms(stream_id: uint256) -> uint256:
    terms: uint256 = self.streams[stream_id]
    assert terms != 0, "no such stream"
    return terms


@internal
@view
def _own(stream_id: uint256) -> uint256:
    # Number 0 is nobody's, and no stream has it.
    terms: uint256 = self._terms(stream_id)
    assert (stream_id >> PAYER_AT) & PAYER == self.payer_numbers[msg.sender], "not the stream's payer"
    return terms


@internal
def _pull(amount: uint256):
    assert extcall IERC20(token).transferFrom(msg.sender, self, amount), "transfer failed"


@internal
@view
def _check_end(end_time: uint256):
    assert block.timestamp < end_time, "end is not ahead"
    assert end_time <= TIME, "end is too far"


@internal
@pure
def _accrued(terms: uint256, at: uint256) -> uint256:
    # Nothing here can overflow: 60 bits by 36, and no difference is negative.
    anchor_amount: uint256 = (terms >> ANCHOR_AMOUNT_AT) & AMOUNT
    anchor_time: uint256 = (terms >> ANCHOR_TIME_AT) & TIME
    if terms >> STATE_AT != ACTIVE or at <= anchor_time:
        return anchor_amount
    total: uint256 = terms & AMOUNT
    end_time: uint256 = (terms >> END_AT) & TIME
    if at >= end_time:
        return total
    rest: uint256 = unsafe_mul(unsafe_sub(total, anchor_amount), unsafe_sub(at, anchor_time))
    return unsafe_add(anchor_amount, unsafe_div(rest, unsafe_sub(end_time, anchor_time)))


@internal
@pure
def _packed(
    total: uint256, released: uint256, anchor_amount: uint256, anchor_time: uint256, end_time: uint256, state: uint256
) -> uint256:
    return (
        total
        | released << RELEASED_AT
        | anchor_amount << ANCHOR_AMOUNT_AT
        | anchor_time << ANCHOR_TIME_AT
        | end_time << END_AT
        | state << STATE_AT
    )


@internal
@pure
def _total(terms: uint256) -> uint256:
    return terms & AMOUNT


@internal
@pure
def _released(terms: uint256) -> uint256:
    return (terms >> RELEASED_AT) & AMOUNT


@internal
@pure
def _anchor_amount(terms: uint256) -> uint256:
    return (terms >> ANCHOR_AMOUNT_AT) & AMOUNT


@internal
@pure
def _anchor_time(terms: uint256) -> uint256:
    return (terms >> ANCHOR_TIME_AT) & TIME


@internal
@pure
def _end(terms: uint256) -> uint256:
    return (terms >> END_AT) & TIME


@internal
@pure
def _state(terms: uint256) -> uint256:
    return terms >> STATE_AT


# Keys


@external
def halt():
    """
    @notice For an emergency: no new money comes in and no batch is paid. Claims, releases, pauses, cancels and their
            refunds go on. The owner only.
    """
    self._only_owner()
    assert self.books >> HALTED_AT == 0, "halted"
    self.books += 1 << HALTED_AT
    log Halted()


@external
def unhalt():
    """
    @notice Ends the emergency. The owner only.
    """
    self._only_owner()
    assert self.books >> HALTED_AT != 0, "not halted"
    self.books -= 1 << HALTED_AT
    log Unhalted()


@external
@view
def halted() -> bool:
    """
    @notice Whether new streams, top-ups and batches are refused.
    """
    return self.books >> HALTED_AT != 0


@external
def set_payer(payer: address):
    """
    @notice Replaces the hot key that pays batches. The owner only.
    """
    self._only_owner()
    self._set_payer(payer)


@external
def transfer_ownership(pending_owner: address):
    """
    @notice Offers the ownership, which stays where it is until it is taken. An offer to nobody takes one back. The
            owner only.
    """
    self._only_owner()
    self.pending_owner = pending_owner
    log OwnershipOffered(owner=msg.sender, pending_owner=pending_owner)


@external
def accept_ownership():
    """
    @notice Takes the ownership that was offered to the caller.
    """
    assert msg.sender == self.pending_owner, "not the pending owner"
    assert msg.sender != self.payer, "owner and payer are one"
    self.pending_owner = empty(address)
    self.owner = msg.sender
    log OwnershipTaken(owner=msg.sender)


@internal
def _set_payer(payer: address):
    assert payer != empty(address), "payer is nobody"
    assert payer != self.owner, "owner and payer are one"
    self.payer = payer
    log PayerChanged(payer=payer)


@internal
@view
def _only_owner():
    assert msg.sender == self.owner, "not the owner"
