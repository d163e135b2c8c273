drop table match.explanations;
