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
