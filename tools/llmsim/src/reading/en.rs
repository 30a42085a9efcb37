//! Sentences in English.

use super::{Bank, SectionBank};

pub(super) static EN: Bank = Bank {
    joint: " ",
    fence: (
        "Certainly. Here is the reading you asked for:",
        "I hope it gives you something quiet to think about.",
    ),
    topics: [
        "love",
        "work",
        "your studies",
        "money",
        "health",
        "family",
        "your journey",
        "the matter before you",
    ],
    topic_notes: [
        "A lot can only light your own side of a relationship; the other side is learned by asking kindly and listening to the answer.",
        "A decision about work touches contracts and livelihood, so talk it through with someone who knows the trade before you sign anything.",
        "Results in study often arrive late; a steady daily routine will serve you better than guessing at the final mark.",
        "Keep every decision about money within what you can afford to lose, and ask a qualified adviser before committing a large sum.",
        "How you feel comes first: please let a doctor look at anything that worries you, and let the poem merely keep you company.",
        "Within a family, speaking slowly is often worth more than being right; leave everyone a graceful way back.",
        "Leave half a day of slack in your plans, and have papers and contacts in order before you set out.",
        "One lot answers one question; if another is waiting, let this one settle first and ask again later.",
    ],
    line_opening: &[
        "Taken line by line, the poem moves in clear and gentle steps.",
        "Let us lay the verse out and read it slowly, one line at a time.",
        "The poem rewards patience, so each line may speak for itself first.",
    ],
    lines: &[
        "opens with a scene outside yourself; it describes where you stand today, with things still forming and no verdict due yet.",
        "slows the pace, asking you to notice what has already changed around you before choosing a direction.",
        "turns the poem: something hidden begins to show, and for your question this is the first sign of an opening.",
        "speaks of people answering one another; you are not facing this alone, and a hand is nearer than it seems.",
        "carries a quiet warning, since haste can hide inside good fortune and a hurried step easily loses its measure.",
        "settles into calm; the matter has its own rhythm and will show its shape when the time is right.",
        "paints a landscape but means the heart: once the heart is steady, the road ahead grows clearer too.",
        "sets past beside present, a hint that old experience still helps, provided you use it in a new way.",
        "is a place to pause and ask what you find hardest to let go of, for that is what it asks of you.",
        "sounds like advice from a friend, mild in tone, yet it points at the small task to be handled first.",
    ],
    line_closing: &[
        "Read together, the lines travel from scenery to feeling and from waiting to action, without a break.",
        "Joined into one breath, they draw a path from confusion towards a clearer view.",
        "The lines answer one another; what matters is less luck than how you walk the stretch between.",
    ],
    sections: [
        SectionBank {
            key: "overall_development",
            slots: &[
                &[
                    "Where {topic} is concerned, the lot shows stillness turning slowly into movement, with the ground being prepared before anything is visible.",
                    "The poem answers your question about {topic} with restraint: instead of a verdict, it first asks you to see where you stand.",
                    "Seen through this verse, {topic} has reached a bend in the road, where old habits remain and a new way is just appearing.",
                ],
                &[
                    "The first stretch asks for patience, as news will come later than you hope, though slow is not the same as stopped.",
                    "Progress begins in small amounts, like water soaking into soil, and only looking back will you notice how much has changed.",
                    "The coming weeks may swing between confidence and doubt, which is common in a time of change and no reason to turn back.",
                ],
                &[
                    "Midway, a clearer chance to state your wishes appears, and that choice will weigh more than all the guessing before it.",
                    "Later the outside resistance loosens, and what remains is your own hesitation; once that is settled, your stride steadies.",
                    "When others offer opinions along the way, hear them out, for one remark will touch exactly what you have overlooked.",
                ],
                &[
                    "Overall the harder part comes first, and time is on your side as long as the direction holds.",
                    "On the whole it is a calm lot with a turn for the better inside it, firm where it should be firm.",
                    "The general slope is upward but not steep: a road for walking rather than for running.",
                ],
            ],
        },
        SectionBank {
            key: "positive_factors",
            slots: &[
                &[
                    "What helps you first is that your question about {topic} is concrete; knowing what you are asking is already half the way.",
                    "The plainest support comes from people: at least one person near you can speak honestly about {topic}.",
                    "Your strength lies in the foundation, since the care you have given to {topic} so far was not wasted.",
                ],
                &[
                    "Next, there is more time than it seems, enough to prepare properly instead of settling for whatever is quickest.",
                    "Circumstances are loosening as well, and a conversation that failed before may go differently at another hour and in other words.",
                    "Your patience is real capital too; where others put the matter down, you are willing to look once more.",
                ],
                &[
                    "The imagery of the verse is warm, as if someone walked ahead with a lantern; seeing the next step is enough.",
                    "The tone of the poem neither hurries nor scolds, which suggests that things are still within your power to adjust.",
                    "The scenery is wide, hinting at more choices than you counted, including one you may have ruled out early.",
                ],
                &[
                    "Taken together, you hold better cards than you think, and they only need to be played in order.",
                    "None of this fell from the sky; you gathered it yourself, and so it is not easily lost.",
                    "Use this easier season to finish the simple parts first, and confidence will follow by itself.",
                ],
            ],
        },
        SectionBank {
            key: "challenges",
            slots: &[
                &[
                    "The main thing to watch is impatience: when {topic} stays on the mind too long, every small sign looks like the final answer.",
                    "The present difficulty is missing information, for what you know about {topic} is only a part, and an early verdict would lean.",
                    "The larger test is the gap between {topic} as you imagine it and as it is today.",
                ],
                &[
                    "Too much advice can turn into a burden as well, especially when the voices contradict one another and leave you circling.",
                    "Several matters pull at your attention, and trying to serve them all may leave each of them half finished.",
                    "An earlier disappointment may still linger, making you hesitate when it is time to speak and rush when it is time to wait.",
                ],
                &[
                    "The verse hints that a convenient short cut usually has to be paid for further down the road.",
                    "The poem does not paint the trouble large, yet it does say that small oversights, left alone, grow into gates.",
                    "Beware of taking silence for agreement; what is left unsaid now will be understood differently by each side later.",
                ],
                &[
                    "None of this is beyond you, and what has been seen is already half avoided.",
                    "When stuck, sleep on it once; by morning the heavy and the light tend to separate themselves.",
                    "Write your worries down and hold each one against the facts, and few of them will need real work.",
                ],
            ],
        },
        SectionBank {
            key: "suggested_actions",
            slots: &[
                &[
                    "Begin by setting one small, definite goal for {topic}, of a kind whose result can be seen within two weeks.",
                    "Write the present state of {topic} on a single page, keeping what is certain apart from what is only guessed.",
                    "Find one trusted person and tell the story of {topic} from its beginning; the telling itself will bring order.",
                ],
                &[
                    "Then finish the small task you have put off the longest, since a lighter desk makes for a lighter heart.",
                    "Next, explain early what you need from others, naming times, shares of work and limits in an ordinary voice.",
                    "As a second step, try things on a small scale before committing fully, and let the response guide you.",
                ],
                &[
                    "When opinions differ, repeat the other person's meaning before replying, because many deadlocks are only misunderstandings.",
                    "Look back at regular intervals, keep what fits, and put down without regret what does not.",
                    "Until the outcome is known, take care of sleep and meals, for a clear head outdoes any technique.",
                ],
                &[
                    "After that you may wait with an easy mind, having done the part that was yours.",
                    "One step, then the next once it is firm: that is what this lot most wishes to say.",
                    "Should nothing stir after a month, there will still be time to change direction.",
                ],
            ],
        },
        SectionBank {
            key: "supplementary_notes",
            slots: &[
                &["{note}"],
                &[
                    "A lot is a mirror for the moment of asking, and the same verse may read quite differently some months from now.",
                    "Tradition reads these poems as counsel: good lots are no licence, stern ones no sentence, and each offers a place to begin.",
                    "Old poets borrowed wind and weather to speak of people, so a single word should never decide the whole.",
                ],
                &[
                    "If you have asked elsewhere and the answers differ, keep only the point on which they agree.",
                    "This reading rests on the verse itself and extends it towards your question; treat the extension as suggestion.",
                    "When others draw for the same matter there is no need to compare, as each road has its own walker.",
                ],
                &[
                    "Read the poem aloud once more in a quiet hour, and notice which line stays with you.",
                    "Keep a short note of what you think today; meeting it again later is a conversation with yourself.",
                    "Whatever comes, anyone willing to pause and think already sees a little more than yesterday.",
                ],
            ],
        },
        SectionBank {
            key: "conclusion",
            slots: &[
                &[
                    "In short, the answer to your question about {topic} lies less in speed than in the firmness of each step.",
                    "To sum up, four words will serve you for {topic}: look, prepare, try, and wait.",
                    "All things considered, {topic} asks for steadiness now; find your footing first, then see where the wind blows.",
                ],
                &[
                    "Help is already near and most obstacles are visible, so what remains is to lay both on one table and arrange them.",
                    "The favourable and the difficult are evenly matched, and the care of the coming weeks will tip the balance.",
                    "You cannot decide every change outside, but you can decide how you answer it, and the poem leaves you that room.",
                ],
                &[
                    "Keep the last line of the verse in mind, and return to it whenever doubt grows loud.",
                    "There is no shame in going slowly, for a path chosen step by step is seldom regretted.",
                    "Hold modest expectations, so that good news may delight you and bad news need not undo you.",
                ],
                &[
                    "May you walk with a settled heart, leaving some room in all things and some gentleness for yourself.",
                    "May you be calm in waiting and unhurried in acting.",
                    "You have already come a fair distance; please look after yourself on the rest of it.",
                ],
            ],
        },
    ],
    thoughts: &[
        "First the theme of the poem, ",
        "then the kind of question, ",
        "this line is the turn, ",
        "keep the tone gentle, ",
        "promise nothing, ",
        "quote exactly, ",
        "end with something to do. ",
    ],
};
