"""What judge_models.py has this program read: PRISM programs for Storm to build, and files that are broken."""

PROGRAMS = {
    "plain": """mdp
module m
 s:[0..3] init 0;
 [go] s=0 -> 0.5:(s'=1)+0.5:(s'=2);
 [stay] s=0 -> true;
 [go] s=1 -> 1/3:(s'=3)+2/3:(s'=0);
 [go] s=2 -> (s'=3);
 [go] s=3 -> true;
endmodule
label "goal" = s=3;
rewards "gain" s=1: 2.5; s=2: -1; [go] s=0: 0.25; [stay] true: 0.001; endrewards
rewards "steps" s<3: -1; endrewards
""",
    "alike": """mdp
module m
 s:[0..2] init 0;
 [a] s=0 -> 0.5:(s'=1)+0.5:(s'=2);
 [a] s=0 -> (s'=1);
 [b] s=1 -> (s'=2);
 [] s=1 -> (s'=0);
 [] s=2 -> true;
endmodule
rewards "r" [a] true: 1; s=1: 3; endrewards
""",
    "nameless": """mdp
module m
 s:[0..2] init 0;
 [] s=0 -> 0.5:(s'=1)+0.5:(s'=2);
 [] s=0 -> (s'=1);
 [] s=1 -> (s'=2);
 [] s=1 -> (s'=0);
 [] s=2 -> true;
endmodule
rewards s=0: 1; s=1: 3; endrewards
""",
    "unpaid": """mdp
module m
 s:[0..1] init 0;
 [a] s=0 -> 0.5:(s'=1)+0.5:(s'=0);
 [] s=1 -> true;
endmodule
""",
    "product": """mdp
module m
 s:[0..4] init 0; t: bool init false;
 [a] s<4 -> 0.3:(s'=s+1)+0.7:(s'=0)&(t'=!t);
 [b] s=4 -> true;
 [c] s>0 & s<4 -> 0.1:(s'=0)+0.9:(s'=s+1);
endmodule
module n
 u:[0..2] init 0;
 [a] true -> 1/7:(u'=min(2,u+1))+6/7:(u'=u);
 [c] u>0 -> (u'=u-1);
endmodule
rewards "cost" [a] true: -1; endrewards
rewards "gain" s=4 & t: 5; [c] true: 0.125; endrewards
""",
    "chain": """dtmc
module m
 s:[0..3] init 0;
 [] s=0 -> 1/6:(s'=1)+5/6:(s'=2);
 [] s=1 -> (s'=3);
 [] s=2 -> 0.3:(s'=0)+0.7:(s'=3);
 [] s=3 -> true;
endmodule
rewards "steps" s<3: 1; endrewards
""",
    "starts": """mdp
module m
 s:[0..3];
 [go] s<3 -> 0.5:(s'=s+1)+0.5:true;
 [skip] s<2 -> (s'=s+2);
 [] s=3 -> true;
endmodule
init s<=2 endinit
rewards "r" [go] true: -1; [skip] true: -2.5; endrewards
""",
    "forever": """mdp
module m
 s:[0..1] init 0;
 [a] s=0 -> (s'=1);
 [b] s=1 -> true;
endmodule
rewards "r" s=1: 1; endrewards
""",
    "wide": "mdp\nmodule m\n s:[0..300] init 0;\n [a] s=0 -> "
    + " + ".join(f"{w}/{sum(range(1, 301))}:(s'={w})" for w in range(1, 301))
    + ";\n [b] s>0 -> (s'=0);\nendmodule\nrewards \"r\" s>0: s; endrewards\n",
}

_drn = """@type: MDP
@parameters

@reward_models
r
@nr_states
2
@nr_choices
2
@model
state 0 [0] init
\taction a [1]
\t\t0 : 0.5
\t\t1 : 0.5
state 1 [0]
\taction a [0]
\t\t1 : 1
"""
_tra = "2 2 3\n0 0 0 0.5 a\n0 0 1 0.5 a\n1 0 1 1 a\n"
_rew = "2 2 1\n0 0 1 3\n"
_lab = '0="init" 1="deadlock"\n0: 0\n'
_mdp = "discount: 0.9\nvalues: reward\nstates: 2\nactions: 1\nstart: 0\nT: 0 : 0 : 0 0.5\nT: 0 : 0 : 1 0.5\nT: 0 : 1 : 1 1\nR: 0 : 0 : 0 : * 1\n"
_json = '{"format": "rl-lab-mdp/1", "states": 2, "actions": 1, "initial": [[0, 1.0]], "transitions": [[0, 0, 1.0, 1, -1.0, true]]}'
_csv = "state,action,probability,next_state,reward,terminated\n0,0,0.5,0,1,false\n0,0,0.5,1,1,false\n"
_mtr = "state,action,next_state,probability\n0,0,0,0.5\n0,0,1,0.5\n1,0,1,1\n"
_mre = "state,action,reward\n0,0,1\n1,0,0\n"
HUGE = ("99999999999", "-1", "9223372036854775807", "1e3", "", "nan")


def _changed(name, text, *changes):
    return [(name, text.replace(old, new, 1)) for old, new in changes]


BROKEN = (
    _changed(
        "b.drn", _drn, ("0 : 0.5", "0 : 0.4"), ("0 : 0.5", "0 : nan"), ("0 : 0.5", "0 : inf"), ("0 : 0.5", "0 : -0.5"),
        ("[1]", "[nan]"), ("[1]", "[inf]"), ("[1]", "[1"), ("0 : 0.5", "7 : 0.5"), ("0 : 0.5", "-1 : 0.5"), ("0 : 0.5", "0 0.5 1"),
        ("@type: MDP", "@type: POMDP"), ("@type: MDP", "@type: CTMC"), ("@model", "@nodel"), ("state 1", "state 5"), ("state 1", "state 0"),
        ("state 1", "state"), ("action a", "action"), ("@parameters\n\n", "@parameters\np q\n"), ("0 : 0.5", "0 : p"), ("0 : 0.5", "0 : 1/0"),
        (_drn[-30:], ""), ("@nr_states\n2", "@nr_states\n3"), ("@nr_choices\n2", "@nr_choices\n3"), (_drn, ""), (_drn, "\x00\x01\x02"))
    + [("b.drn", _drn.replace("@nr_states\n2", "@nr_states\n" + n)) for n in HUGE]
    + [("b.drn", _drn.replace("\t\t1 : 1", f"\t\t{n} : 1")) for n in HUGE]
    + [("b.tra", {".tra": tra, ".rew": _rew, ".lab": _lab}) for _, tra in _changed(
        "", _tra, ("0.5", "0.4"), ("0.5", "nan"), ("0 0 1", "0 0 9"), ("0 0 1 0.5 a", "0 0 1"), ("1 0 1 1 a", ""), (_tra, ""), ("2 2 3", "2 3 3"),
        ("2 2 3", "2 2 4"), ("2 2 3", "9999999999999 2 3"), ("0 0 1", "0 -1 1"), ("2 2 3", "x"), ("1 0 1 1 a", "1 0 1 1 a\n1 0 1 1 a"))]
    + [("b.tra", {".tra": _tra, ".rew": rew, ".lab": _lab}) for rew in (
        "2 2 1\n0 0 1 nan\n", "2 2 1\n0 0 1 inf\n", "2 2 1\n5 0 1 3\n", "2 2 1\n0 3 1 3\n", "2 2 2\n0 0 1 3\n", "2 2 1\n0 0 x 3\n", "2 2 1\n0 0 1 3 4 5\n")]
    + [("b.tra", {".tra": _tra, ".rew": _rew, ".lab": lab}) for lab in ('0="init"\n7: 0\n', '0="init"\nx: 0\n', '0="init"\n-1: 0\n')]
    + _changed(
        "b.mdp", _mdp, ("0 : 0 0.5", "0 : 0 0.4"), ("0 : 0 0.5", "0 : 0 nan"), ("0 : 0 0.5", "0 : 7 0.5"), ("* 1", "* inf"), ("* 1", "*"),
        ("states: 2", "states: 0"), ("states: 2", "states: 99999999999999999999"), ("start: 0", "start: 5"),
        ("start: 0", "start: 0.5 0.4"), ("start: 0", "start: nan 1"), ("T: 0 : 0 : 0", "Q: 0 : 0 : 0"), ("discount: 0.9", "discount: x"),
        ("values: reward", "values: gain"), ("actions: 1", "actions: 0"), ("actions: 1", "actions: 1000000000"), ("actions: 1\n", ""), ("T: 0 : 0 : 0 0.5", "T: 0\n0.5 0.5 1"))
    + _changed(
        "b.mdp.json", _json, ('"states": 2', '"states": 1'), ('"states": 2', '"states": 0'), ('"states": 2', '"states": 1e30'), ("1.0, 1", "0.9, 1"),
        ("1.0, 1", "1.0, 2"), ("-1.0", "1e999"), ("-1.0", "NaN"), ("-1.0", '"x"'), ("true", "1"), ("[[0, 1.0]]", "[[0, 0.5]]"), ("[[0, 1.0]]", "[[4, 1.0]]"),
        ("[[0, 1.0]]", "[]"), ("]]}", "]"), ("[[0, 0", "[[0, 5"), ("mdp/1", "mdp/2"), (_json, ""), (_json, "[]"), (_json, "{"), ("1.0, 1", "-1.0, 1"), ("1.0, 1", "NaN, 1"))
    + _changed(
        "b.csv", _csv, ("0.5,0", "0.4,0"), ("0.5,0", "nan,0"), ("0.5,0", "0.5,-1"), ("0.5,0", "0.5,99999999999"), ("0,0,0.5,1", "99999999999,0,0.5,1"),
        ("1,false", "inf,false"), ("1,false", "1,maybe"), ("1,false", "1"), ("state,", "sate,"), (_csv, ""), (_csv, _csv.splitlines()[0]), ("0,0,0.5,0,1,false\n", ""))
    + [("b.transitions.csv", {".transitions.csv": tr, ".rewards.csv": re_}) for tr, re_ in (
        (_mtr.replace("0.5", "0.4", 1), _mre), (_mtr.replace("0.5", "nan", 1), _mre), (_mtr.replace("0,0,1", "0,0,-1"), _mre), (_mtr, _mre.replace("0,0,1\n", "")),
        (_mtr, _mre.replace("0,0,1", "0,0,nan")), (_mtr, _mre.replace("0,0,1", "0,0,inf")), (_mtr.replace("1,0,1,1\n", ""), _mre), (_mtr, ""), ("", _mre), (_mtr.replace("1,0,1,1", "1,0,1"), _mre),
        (_mtr, _mre + "0,0,2\n"), (_mtr, _mre + "5,0,2\n"))]
)
