// Every fixed word of ours that the component shows. What a policy pack says comes with the reply.

export const STAGES = {
  sent: "Sending your question",
  screened: "Reading your question",
  understood: "Understanding what you need",
  retrieved: "Searching the approved documents",
  composed: "Choosing the passages",
  verified: "Checking each passage against its document",
  decided: "Deciding what can be answered",
  recorded: "Recording the reply",
};

export const STATUS = {
  open: "",
  requested: "Sent. Our medical team will answer individually.",
  assigned: "A medical expert is working on your question.",
  replied: "A medical expert has replied.",
  withdrawn: "Not sent. You can still send it.",
  resolved: "This question has been answered.",
};

export const REASONS = [
  ["incomplete", "Something is missing"],
  ["beside_the_point", "Beside the point"],
  ["hard_to_read", "Hard to read"],
  ["wrong", "Something is wrong"],
  ["other", "Something else"],
];

export const LABEL = "AI assistant";
export const PERSON_WANTED = "I would like to talk to a person.";
export const busy = (seconds) => `Many questions right now. Yours is kept; trying again in ${seconds} s`;
export const OFFLINE = "The service could not be reached. Your question is kept here.";

export const EXPERT = {
  title: "Your request to our medical team",
  waiting: "Waiting for a medical expert since",
  working: "With a medical expert since",
  replied: "A medical expert has replied.",
  resolved: "This request is closed. Thank you.",
  withdrawn: "You took this request back.",
  merged: "This request is answered together with another one of the same question.",
  reply: "Reply of a medical expert",
  by: "From a medical expert, a person,",
  arrived: "A medical expert has replied.",
  add: "Add something",
  addLabel: "Add to your request (no patient details, please)",
  addSend: "Send",
  withdraw: "Take it back",
  rate: "Did this help?",
  rated: "Thank you for your rating.",
  up: "The expert’s reply helped",
  down: "The expert’s reply did not help",
};

export const SECTION_TITLES = [
  ["request", "Your question"],
  ["summary", "Summary"],
  ["not_approved", "Approval status"],
  ["indications", "Approved indications"],
  ["safety_information", "Important safety information"],
  ["background", "Background"],
  ["search_method", "How we searched"],
  ["results", "Results"],
  ["guidelines", "Guidelines"],
];

export const CONTACT = {
  offer: "Tell me by e-mail as well",
  address: "Your e-mail address",
  send: "Agree and keep",
  kept: "You will be told by e-mail as well.",
  back: "Do not write to me",
  invalid: "This is not an e-mail address. Please look at it again.",
};
