"""The right responses of the rules by their numbers in the masks, and the step that carries each out."""

from sim.desk import steps
from sim.rules.facts import Deadline, Response
from sim.rules.masks import DEADLINES, RESPONSES

_STEPS = {
    Response.BATCH_REFUND: steps.BATCH,
    Response.CHECK_CLAIM: steps.CLAIM,
    Response.REFUND_AND_COMPENSATE: steps.PAY,
    Response.REPICK: steps.REPICK,
    Response.STOP_IN_WAREHOUSE: steps.HOLD,
    Response.STOP_PARCEL: steps.STOP,
    Response.RECALL: steps.ASK_CARRIER,
    Response.KEEP_POSTED: steps.BOTH_KNOWN,  # said to who asks meanwhile; the refund itself waits for the answer
    Response.REFUND_NOW: steps.PAY,
    Response.REFUND_WHEN_BACK: steps.PARCEL_BACK,
    Response.ASK_TO_REFUSE: steps.ASK_TO_REFUSE,
    Response.RETURN_LATER: steps.LET_ARRIVE,
    Response.TREAT_AS_LOST: steps.LOST,
    Response.ASK_BOTH_SIDES: steps.ASK_BOTH,
    Response.GUIDE_TO_RETURN: steps.GUIDE,
    Response.DECIDE_NOW: steps.DECIDE,
    Response.SUBMIT: steps.APPROVE,
    Response.CHECK_WEIGHT: steps.WEIGH,
    Response.REFUSE_WITH_REASON: steps.REFUSE,
    Response.AGREE_RETURN: steps.AGREE,
    Response.AGREE_AND_COMPENSATE: steps.AGREE,
    Response.OFFER_KEEP: steps.OFFER_KEEP,
    Response.SETTLE_EXCHANGE: steps.EXCHANGE,
    Response.CHASE_TRACKING: steps.NUMBER,
    Response.FOLLOW_RETURN: steps.RETURN_BACK,
    Response.INSPECT_AT_DOOR: steps.DOOR,
    Response.INSPECT_FIRST: steps.INSPECT,
    Response.SEND_EXCHANGE: steps.SEND_NEW,
    Response.SECURE_EVIDENCE: steps.PROOF,
}

FIRST_RESPONSE = DEADLINES.index(Deadline.FIRST_RESPONSE)
"""The deadline that runs from filing."""

STEP_FOR = tuple(_STEPS[response] for response in RESPONSES)
"""By the response's number."""

(
    BATCH_REFUND,
    CHECK_CLAIM,
    REFUND_AND_COMPENSATE,
    STOP_IN_WAREHOUSE,
    STOP_PARCEL,
    RECALL,
    REFUND_WHEN_BACK,
    SUBMIT,
    DECIDE_NOW,
    AGREE_RETURN,
    AGREE_AND_COMPENSATE,
    CHASE_TRACKING,
) = (
    RESPONSES.index(response)
    for response in (
        Response.BATCH_REFUND,
        Response.CHECK_CLAIM,
        Response.REFUND_AND_COMPENSATE,
        Response.STOP_IN_WAREHOUSE,
        Response.STOP_PARCEL,
        Response.RECALL,
        Response.REFUND_WHEN_BACK,
        Response.SUBMIT,
        Response.DECIDE_NOW,
        Response.AGREE_RETURN,
        Response.AGREE_AND_COMPENSATE,
        Response.CHASE_TRACKING,
    )
)
