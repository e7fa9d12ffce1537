"""Section families: openFDA's field names, LOINC section codes, usual headings and reading order.

Source: FDA's list of LOINC codes for SPL sections, 21 CFR 201.57 (numbered format, 2006)
and 21 CFR 201.80 (older format) for headings and their order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One kind of label section."""

    field: str
    code: str
    heading: str
    number: str = ""  # in the numbered format
    pattern: str = ""  # other ways the heading is printed (regular expression)


# In reading order of the older format where no number decides.
FAMILIES: tuple[Family, ...] = (
    Family("boxed_warning", "34066-1", "Boxed Warning"),
    Family("description", "34089-3", "Description", "11"),
    Family("clinical_pharmacology", "34090-1", "Clinical Pharmacology", "12"),
    Family("mechanism_of_action", "43679-0", "Mechanism of Action", "12.1"),
    Family("pharmacodynamics", "43681-6", "Pharmacodynamics", "12.2"),
    Family("pharmacokinetics", "43682-4", "Pharmacokinetics", "12.3"),
    Family("microbiology", "49489-8", "Microbiology", "12.4"),
    Family("pharmacogenomics", "66106-6", "Pharmacogenomics", "12.5"),
    Family("nonclinical_toxicology", "43680-8", "Nonclinical Toxicology", "13", r"non-?\s?clinical toxicology"),
    Family(
        "carcinogenesis_and_mutagenesis_and_impairment_of_fertility",
        "34083-6",
        "Carcinogenesis, Mutagenesis, Impairment of Fertility",
        "13.1",
        r"carcinogenesis(?:\s?[,/&]|,? and)? ?mutagenesis(?:\s?[,/&]|,? and|, and)? ?(?:and )?impairment of fertility",
    ),
    Family(
        "animal_pharmacology_and_or_toxicology",
        "34091-9",
        "Animal Toxicology and/or Pharmacology",
        "13.2",
        r"animal (?:pharmacology|toxicology) ?(?:and/or|and|or|&|/) ?(?:animal )?(?:pharmacology|toxicology)"
        r"|animal toxicology|animal pharmacology",
    ),
    Family("clinical_studies", "34092-7", "Clinical Studies", "14", r"clinical (?:studies|trials)(?! experience)"),
    Family("indications_and_usage", "34067-9", "Indications and Usage", "1", r"indications? (?:and|&) usage"),
    Family("contraindications", "34070-3", "Contraindications", "4"),
    Family("warnings", "34071-1", "Warnings"),
    Family("warnings_and_cautions", "43685-7", "Warnings and Precautions", "5", r"warnings? (?:and|&) precautions?"),
    Family("precautions", "42232-9", "Precautions"),
    Family("general_precautions", "34072-9", "General Precautions", "", r"general precautions|general"),
    Family(
        "information_for_patients",
        "34076-0",
        "Patient Counseling Information",
        "17",
        r"patient counseling information|information for (?:the )?patients?(?:/caregivers?)?",
    ),
    Family("laboratory_tests", "34075-2", "Laboratory Tests"),
    Family("drug_interactions", "34073-7", "Drug Interactions", "7"),
    Family(
        "drug_and_or_laboratory_test_interactions",
        "34074-5",
        "Drug/Laboratory Test Interactions",
        "",
        r"drug ?(?:/|and/or|and|&) ?laboratory test interactions",
    ),
    Family(
        "use_in_specific_populations",
        "43684-0",
        "Use in Specific Populations",
        "8",
        r"use in spec(?:ific|ial) populations?",
    ),
    Family("pregnancy", "42228-7", "Pregnancy", "8.1"),
    Family("teratogenic_effects", "34077-8", "Teratogenic Effects"),
    Family("nonteratogenic_effects", "34078-6", "Nonteratogenic Effects", "", r"non-?\s?teratogenic effects"),
    Family("labor_and_delivery", "34079-4", "Labor and Delivery", "", r"labor (?:and|&) delivery"),
    Family("nursing_mothers", "34080-2", "Nursing Mothers"),
    Family("lactation", "77290-5", "Lactation", "8.2"),
    Family(
        "females_and_males_of_reproductive_potential",
        "77291-3",
        "Females and Males of Reproductive Potential",
        "8.3",
    ),
    Family("pediatric_use", "34081-0", "Pediatric Use", "8.4"),
    Family("geriatric_use", "34082-8", "Geriatric Use", "8.5"),
    Family("renal_impairment", "88828-9", "Renal Impairment"),
    Family("hepatic_impairment", "88829-7", "Hepatic Impairment"),
    Family("adverse_reactions", "34084-4", "Adverse Reactions", "6"),
    Family("clinical_trials_experience", "90374-0", "Clinical Trials Experience", "6.1"),
    Family("postmarketing_experience", "90375-7", "Postmarketing Experience", "", r"post-?\s?marketing experience"),
    Family("immunogenicity", "88830-5", "Immunogenicity"),
    Family(
        "drug_abuse_and_dependence",
        "42227-9",
        "Drug Abuse and Dependence",
        "9",
        r"(?:drug )?abuse (?:and|&) dependence",
    ),
    Family("controlled_substance", "34085-1", "Controlled Substance", "9.1", r"controlled substance(?: class)?"),
    Family("abuse", "34086-9", "Abuse", "9.2"),
    Family("dependence", "34087-7", "Dependence", "9.3"),
    Family("overdosage", "34088-5", "Overdosage", "10", r"over-?dosage|overdose"),
    Family(
        "dosage_and_administration", "34068-7", "Dosage and Administration", "2", r"dosage (?:and|&) administration"
    ),
    Family(
        "dosage_forms_and_strengths",
        "43678-2",
        "Dosage Forms and Strengths",
        "3",
        r"dosage forms? (?:and|&) strengths?",
    ),
    Family(
        "how_supplied",
        "34069-5",
        "How Supplied/Storage and Handling",
        "16",
        r"how supplied ?(?:/|and|&) ?storage (?:and|&) handling|how supplied(?: ?/ ?storage)?",
    ),
    Family("storage_and_handling", "44425-7", "Storage and Handling", "16.2", r"storage (?:and|&) handling|storage"),
    Family("safe_handling_warning", "50741-8", "Safe Handling Warning"),
    Family("references", "34093-5", "References", "15"),
    Family("purpose", "55105-1", "Purpose"),
    Family("active_ingredient", "55106-9", "Active Ingredient"),
    Family("inactive_ingredient", "51727-6", "Inactive Ingredients"),
    Family("do_not_use", "50570-1", "Do Not Use"),
    Family("ask_doctor", "50569-3", "Ask a Doctor"),
    Family("ask_doctor_or_pharmacist", "50568-5", "Ask a Doctor or Pharmacist"),
    Family("stop_use", "50566-9", "Stop Use"),
    Family("when_using", "50567-7", "When Using"),
    Family("pregnancy_or_breast_feeding", "53414-9", "Pregnancy or Breast Feeding"),
    Family("keep_out_of_reach_of_children", "50565-1", "Keep Out of Reach of Children"),
    Family("questions", "53413-1", "Questions"),
    Family("user_safety_warnings", "54433-8", "User Safety Warnings"),
    Family("other_safety_information", "60561-8", "Other Safety Information"),
    Family("risks", "42231-2", "Risks"),
    Family("spl_unclassified_section", "42229-5", "Other Information"),
)

BY_FIELD = {family.field: family for family in FAMILIES}
BY_CODE = {family.code: family for family in FAMILIES}
ORDER = {family.field: position for position, family in enumerate(FAMILIES)}

UNCLASSIFIED_CODE = "42229-5"
UNCLASSIFIED_FIELD = "spl_unclassified_section"

# Written for patients, or packaging and administration: not for answers to professionals.
LEFT_OUT_FIELDS = frozenset(
    {
        "spl_medguide",
        "spl_patient_package_insert",
        "patient_medication_information",
        "instructions_for_use",
        "package_label_principal_display_panel",
        "recent_major_changes",
        "spl_product_data_elements",
        "spl_indexing_data_elements",
    }
)
LEFT_OUT_CODES = frozenset(
    {
        "42230-3",  # patient package insert
        "42231-1",  # medication guide
        "68498-5",  # patient medication information
        "51945-4",  # package label, principal display panel
        "59845-8",  # instructions for use
        "48780-1",  # product data elements
        "48779-3",  # indexing data elements
        "43683-2",  # recent major changes
    }
)


def heading_pattern(family: Family) -> re.Pattern[str]:
    """A family's heading as it may stand at the beginning of flattened text, in any letter case."""
    plain = re.escape(family.heading.lower()).replace(r"\ ", r"\s+")
    spelled = family.pattern.replace(" ", r"\s+").replace(r"\s+?", r"\s*") if family.pattern else plain
    # Some labels come without a blank between heading and text ("INTERACTIONSDosage").
    return re.compile(rf"(?i:(?:{spelled}|{plain}))(?:(?![\w-])\s?:?|(?=[A-Z][a-z]|\d+\.\d))")


def by_number(number: str) -> Family | None:
    """The family that a section number of the numbered format stands for."""
    return _BY_NUMBER.get(number)


_BY_NUMBER = {family.number: family for family in FAMILIES if family.number}
