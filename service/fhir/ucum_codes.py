"""Which codes are units of UCUM: by its grammar and its whole list of units.

Source: The Unified Code for Units of Measure, version 2.2 (ucum.org/ucum), case sensitive codes;
copyright Regenstrief Institute, Inc. What they are turned to stands in `ucum.py`.
"""

import re
from functools import lru_cache
from typing import Final

from service.fhir.ucum import POWER, PREFIXES, TOKEN, WHOLE

UCUM: Final = "http://unitsofmeasure.org"
LONGEST: Final = 255  # codes come from clients: a longer one is not read
_ANNOTATION: Final = re.compile(r"\{[!-z|~]*\}")


@lru_cache(maxsize=2_048)
def is_unit(code: str) -> bool:
    """Whether a code is one of UCUM's."""
    marks = TOKEN.findall(code)
    if not code or len(code) > LONGEST or "".join(marks) != code:
        return False
    return _is_term(marks[1:] if marks[0] == "/" else marks)


def _is_term(marks: list[str]) -> bool:
    """Components with `.` and `/` between them; each may bear an annotation, or be one."""
    depth, expected, annotated = 0, True, False
    for mark in marks:
        if mark.startswith("{"):
            if annotated or not _ANNOTATION.fullmatch(mark):
                return False
            expected, annotated = False, True
        elif mark in _CLOSING:
            if expected or (mark == ")" and not depth):
                return False
            depth, expected, annotated = depth - (mark == ")"), mark != ")", False
        elif not expected or not (mark == "(" or _is_component(mark)):
            return False
        else:
            depth, expected = depth + (mark == "("), mark == "("
    return not expected and not depth


def _is_component(mark: str) -> bool:
    if WHOLE.fullmatch(mark):
        return True
    power = POWER.fullmatch(mark)
    return power is not None and _is_symbol(power["symbol"])


def _is_symbol(symbol: str) -> bool:
    if symbol in _METRIC or symbol in _OTHERS:
        return True
    prefixed = ((symbol[:length], symbol[length:]) for length in (1, 2))
    return any(prefix in PREFIXES and unit in _METRIC for prefix, unit in prefixed)


_CLOSING: Final = frozenset({")", ".", "/"})
_TAKING_A_PREFIX: Final = """
m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L ar t bar u eV
pc [c] [h] [k] [eps_0] [mu_0] [e] [m_e] [m_p] [G] [g] [ly] gf Ky Gal dyn erg P Bi St Mx G Oe
Gb sb Lmb ph Ci R RAD REM cal_[15] cal_[20] cal_m cal_IT cal_th cal tex m[H2O] m[Hg] eq osm
g% kat U [iU] [IU] Np B B[SPL] B[V] B[mV] B[uV] B[10.nV] B[W] B[kW] st mho bit By Bd
"""
_TAKING_NONE: Final = """
10* 10^ [pi] % [ppth] [ppm] [ppb] [pptr] gon deg ' '' min h d a_t a_j a_g a wk mo_s mo_j
mo_g mo AU atm [lbf_av] [in_i] [ft_i] [yd_i] [mi_i] [fth_i] [nmi_i] [kn_i] [sin_i] [sft_i]
[syd_i] [cin_i] [cft_i] [cyd_i] [bf_i] [cr_i] [mil_i] [cml_i] [hd_i] [ft_us] [yd_us] [in_us]
[rd_us] [ch_us] [lk_us] [rch_us] [rlk_us] [fth_us] [fur_us] [mi_us] [acr_us] [srd_us]
[smi_us] [sct] [twp] [mil_us] [in_br] [ft_br] [rd_br] [ch_br] [lk_br] [fth_br] [pc_br]
[yd_br] [mi_br] [nmi_br] [kn_br] [acr_br] [gal_us] [bbl_us] [qt_us] [pt_us] [gil_us]
[foz_us] [fdr_us] [min_us] [crd_us] [bu_us] [gal_wi] [pk_us] [dqt_us] [dpt_us] [tbs_us]
[tsp_us] [cup_us] [foz_m] [cup_m] [tsp_m] [tbs_m] [gal_br] [pk_br] [bu_br] [qt_br] [pt_br]
[gil_br] [foz_br] [fdr_br] [min_br] [gr] [lb_av] [oz_av] [dr_av] [scwt_av] [lcwt_av]
[ston_av] [lton_av] [stone_av] [pwt_tr] [oz_tr] [lb_tr] [sc_ap] [dr_ap] [oz_ap] [lb_ap]
[oz_m] [lne] [pnt] [pca] [pnt_pr] [pca_pr] [pied] [pouce] [ligne] [didot] [cicero] [degF]
[degR] [degRe] [Cal] [Btu_39] [Btu_59] [Btu_60] [Btu_m] [Btu_IT] [Btu_th] [Btu] [HP] [den]
[in_i'H2O] [in_i'Hg] [PRU] [wood'U] [diop] [p'diop] %[slope] [mesh_i] [Ch] [drp] [hnsf'U]
[MET] [hp'_X] [hp'_C] [hp'_M] [hp'_Q] [hp_X] [hp_C] [hp_M] [hp_Q] [kp_X] [kp_C] [kp_M]
[kp_Q] [pH] [S] [HPF] [LPF] [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U]
[todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U] [knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50]
[EID_50] [PFU] [FFU] [CFU] [IR] [BAU] [AU] [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU]
Ao b att [psi] circ sph [car_m] [car_Au] [smoot] [m/s2/Hz^(1/2)] [NTU] [FNU] bit_s
"""
_METRIC: Final = frozenset(_TAKING_A_PREFIX.split())
_OTHERS: Final = frozenset(_TAKING_NONE.split())
